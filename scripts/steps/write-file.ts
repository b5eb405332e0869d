import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { createTwoFilesPatch } from 'diff/lib/patch/create.js';
import { z } from 'zod';
import {
  fileState,
  readFileState,
  resolveLinks,
  restoreFileState,
  summariseFileState,
  textOf,
} from '../host/file-state.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { writeFileWhole } from '../../runtime/host/files.ts';
import { keepForeignChange } from './keep-foreign-change.ts';
import { shownContent } from './shown-content.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/** Writes a text file whole. An existing file keeps its mode and owner; a link is followed. */
export const writeFileStep = z.strictObject({
  kind: z.literal('write-file'),
  path: z.string().startsWith('/'),
  content: z.string(),
  /** Permission bits for a new file. */
  mode: z.int().min(0).max(0o7777),
});

type WriteFileStep = z.infer<typeof writeFileStep>;

const captured = z.strictObject({
  /** The file behind any links, as on the host. */
  path: z.string(),
  state: fileState,
});

type Captured = z.infer<typeof captured>;

async function locate(step: WriteFileStep, host: ProvisionHost): Promise<string> {
  return resolveLinks(host.path(step.path));
}

async function undo(step: WriteFileStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  const { path, state } = context.captured;
  const note = await keepForeignChange(path, { written: step.content, before: state });
  await restoreFileState(path, state);
  return note === undefined ? { kind: 'undone' } : { kind: 'undone', note };
}

/** Step kind `write-file`. */
export const writeFileKind: StepKind<WriteFileStep, Captured> = {
  kind: 'write-file',
  schema: writeFileStep,
  undoSchema: captured,
  describe: (step) => m.writeFile({ path: step.path }),
  isDone: async (step, host) => {
    const state = await readFileState(await locate(step, host));
    return state.type === 'file' && textOf(state) === step.content;
  },
  observe: async (step, host) => summariseFileState(await readFileState(await locate(step, host))),
  diff: async (step, host) => {
    const before = textOf(await readFileState(await locate(step, host)));
    return createTwoFilesPatch(
      before === '' ? '/dev/null' : step.path,
      step.path,
      shownContent(before),
      shownContent(step.content),
      undefined,
      undefined,
      { context: 3 },
    );
  },
  capture: async (step, host) => {
    const path = await locate(step, host);
    return { path, state: await readFileState(path) };
  },
  apply: async (step, host) => {
    const path = await locate(step, host);
    const before = await readFileState(path);
    const owner = before.type === 'file' ? { owner: before } : {};
    const mode = before.type === 'file' ? before.mode : step.mode;
    await writeFileWhole(path, step.content, { mode, durability: 'disk', ...owner });
  },
  undo,
};

import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { z } from 'zod';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { runChecked } from '../host/commands.ts';
import { fileState, readFileState, restoreFileState, type FileState } from '../host/file-state.ts';
import { isThisMachine, type ProvisionHost } from '../host/provision-host.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/** Makes a system group (groupadd(8)). */
export const groupStep = z.strictObject({
  kind: z.literal('group'),
  name: z.string().regex(/^[a-z_][a-z0-9_-]{0,30}$/),
});

type GroupStep = z.infer<typeof groupStep>;

/** The group databases themselves, then what groupadd(8) writes beside them: its backups and its lock. */
const databases = ['/etc/group', '/etc/gshadow'] as const;
const byProducts = ['/etc/group-', '/etc/gshadow-', '/etc/.pwd.lock'] as const;

const captured = z.strictObject({
  existed: z.boolean(),
  files: z.record(z.string(), fileState),
});
type Captured = z.infer<typeof captured>;

async function hasGroup(name: string, host: ProvisionHost): Promise<boolean> {
  const text = (await readTextIfExists(host.path('/etc/group'))) ?? '';
  return text.split('\n').some((line) => line.startsWith(`${name}:`));
}

const prefix = (host: ProvisionHost): readonly string[] =>
  isThisMachine(host) ? [] : ['--prefix', host.root];

async function capture(step: GroupStep, host: ProvisionHost): Promise<Captured> {
  const files: Record<string, FileState> = {};
  for (const path of [...databases, ...byProducts]) {
    files[path] = await readFileState(host.path(path));
  }
  return { existed: await hasGroup(step.name, host), files };
}

async function undo(step: GroupStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  const { captured: before, host } = context;
  if (before.existed) return { kind: 'undone' };
  if (await hasGroup(step.name, host)) {
    await runChecked(host.run, ['groupdel', ...prefix(host), step.name]);
  }
  // Only when nobody has made or changed a group since are the by-products berth's alone.
  for (const path of databases) {
    const state = before.files[path];
    if (state === undefined || !(await isAsBefore(host.path(path), state)))
      return { kind: 'undone' };
  }
  for (const path of byProducts) {
    const state = before.files[path];
    if (state !== undefined) await restoreFileState(host.path(path), state);
  }
  return { kind: 'undone' };
}

async function isAsBefore(path: string, before: FileState): Promise<boolean> {
  return JSON.stringify(await readFileState(path)) === JSON.stringify(before);
}

/** Step kind `group`. */
export const groupKind: StepKind<GroupStep, Captured> = {
  kind: 'group',
  schema: groupStep,
  undoSchema: captured,
  describe: (step) => m.makeGroup({ name: step.name }),
  isDone: (step, host) => hasGroup(step.name, host),
  observe: async (step, host) => ((await hasGroup(step.name, host)) ? 'exists' : 'absent'),
  diff: () => Promise.resolve(m.groupDiff()),
  capture,
  // Not ended by Ctrl-C: it takes a moment, and stopped half-way it leaves the databases locked.
  apply: async (step, host) => {
    await runChecked(host.run, ['groupadd', '--system', ...prefix(host), step.name]);
  },
  undo,
};

import { dirname } from 'node:path';
import { createTwoFilesPatch } from 'diff/lib/patch/create.js';
import { z } from 'zod';
import { servicesMessages as m } from '../../messages/areas/services.ts';
import { chmod, exists, writeFileWhole } from '../../runtime/host/files.ts';
import { makeFolders } from '../../runtime/host/make-folders.ts';
import {
  fileState,
  readFileState,
  restoreFileState,
  summariseFileState,
  textOf,
  type FileState,
} from '../host/file-state.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { removeLeftover } from '../host/leftover.ts';
import { serviceManager } from '../services/index.ts';
import { serviceManagers } from '../services/service-manager.ts';
import { shownContent } from './shown-content.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/** A file of a service. */
const serviceFile = z.strictObject({
  path: z.string().startsWith('/'),
  content: z.string(),
  mode: z.int().min(0).max(0o7777),
});

/** Writes a service's definition and starts it, now and at every boot. */
export const serviceStep = z.strictObject({
  kind: z.literal('service'),
  manager: z.enum(serviceManagers),
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** The unit file, init script or supervisor definition. Another content means: start anew. */
  definition: serviceFile,
  /** What else belongs to it: the daemon's environment, the socket unit of systemd. */
  companions: z.array(serviceFile).optional(),
  /** Sockets and empty lock files that the service makes outside its own folders; undoing removes those. */
  leftovers: z.array(z.string().startsWith('/')),
});

type ServiceStep = z.infer<typeof serviceStep>;

const captured = z.strictObject({
  definition: fileState,
  /** In the order of the step's. */
  companions: z.array(fileState).optional(),
  active: z.boolean(),
});
type Captured = z.infer<typeof captured>;

const at = (step: ServiceStep): { readonly name: string; readonly path: string } => ({
  name: step.name,
  path: step.definition.path,
});

const filesOf = (step: ServiceStep): readonly ServiceStep['definition'][] => [
  ...(step.companions ?? []),
  step.definition,
];

async function isWritten(file: ServiceStep['definition'], host: ProvisionHost): Promise<boolean> {
  const now = await readFileState(host.path(file.path));
  // The mode too: a file that others may read is not as it should be, whatever it says.
  return now.type === 'file' && textOf(now) === file.content && now.mode === file.mode;
}

/** Of the files beside the definition those by which a service manager holds the sockets (systemd.socket(5)). */
const holdsSockets = ({ path }: { readonly path: string }): boolean => path.endsWith('.socket');

async function isDone(step: ServiceStep, host: ProvisionHost): Promise<boolean> {
  for (const file of filesOf(step)) {
    if (!(await isWritten(file, host))) return false;
  }
  return serviceManager(step.manager).isActive(host, at(step));
}

async function capture(step: ServiceStep, host: ProvisionHost): Promise<Captured> {
  const definition = await readFileState(host.path(step.definition.path));
  const companions: FileState[] = [];
  for (const { path } of step.companions ?? []) {
    companions.push(await readFileState(host.path(path)));
  }
  const active =
    definition.type === 'file' && (await serviceManager(step.manager).isActive(host, at(step)));
  return { definition, companions, active };
}

async function apply(step: ServiceStep, host: ProvisionHost): Promise<void> {
  const manager = serviceManager(step.manager);
  // Stopped before its definition changes: killed in between, the new definition beside the old daemon would look done to
  // the next run. Sockets that a service manager holds stay open as long as they are the same ones.
  const sameSockets = await allWritten((step.companions ?? []).filter(holdsSockets), host);
  await (sameSockets ? manager.pause(host, at(step)) : manager.stop(host, at(step)));
  for (const { path, content, mode } of filesOf(step)) {
    await remakeRunFolder(path, host);
    await writeFileWhole(host.path(path), content, { mode, durability: 'disk' });
  }
  await manager.start(host, at(step));
}

/** Whether a path belongs to this boot only, and the boot that made its folder is over. */
async function isOfOtherBoot(path: string, host: ProvisionHost): Promise<boolean> {
  return path.startsWith('/run/') && !(await exists(host.path(dirname(path))));
}

/** Makes the folder of a definition anew that a reboot has emptied /run of; the step that made it was done before that. */
async function remakeRunFolder(path: string, host: ProvisionHost): Promise<void> {
  if (!(await isOfOtherBoot(path, host))) return;
  const folder = host.path(dirname(path));
  await makeFolders(folder);
  await chmod(folder, 0o755);
}

/** Puts a file back. Where everything goes away, one that a reboot has taken already is not to come again. */
async function restore(
  at: { readonly path: string; readonly before: FileState },
  { host, options }: UndoContext<Captured>,
): Promise<void> {
  if (options.services === 'stop' && (await isOfOtherBoot(at.path, host))) return;
  if (at.before.type === 'file') await remakeRunFolder(at.path, host);
  await restoreFileState(host.path(at.path), at.before);
}

async function allWritten(
  files: readonly ServiceStep['definition'][],
  host: ProvisionHost,
): Promise<boolean> {
  for (const file of files) {
    if (!(await isWritten(file, host))) return false;
  }
  return true;
}

async function undo(step: ServiceStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  const { captured: before, host, options } = context;
  const manager = serviceManager(step.manager);
  const again = before.active && options.services === 'restore';
  await (again && (await hadSockets(step, context))
    ? manager.pause(host, at(step))
    : manager.stop(host, at(step)));
  await restore({ path: step.definition.path, before: before.definition }, context);
  for (const [index, { path }] of (step.companions ?? []).entries()) {
    await restore({ path, before: before.companions?.[index] ?? { type: 'absent' } }, context);
  }
  await manager.reload(host);
  if (again) {
    await manager.start(host, at(step));
    return { kind: 'undone' };
  }
  for (const path of step.leftovers) await removeLeftover(host.path(path));
  return { kind: 'undone' };
}

/** Whether the files by which the service manager holds the sockets are now as they were before the step. */
async function hadSockets(
  step: ServiceStep,
  { captured: before, host }: UndoContext<Captured>,
): Promise<boolean> {
  for (const [index, { path }] of (step.companions ?? []).entries()) {
    if (!holdsSockets({ path })) continue;
    const old = before.companions?.[index] ?? { type: 'absent' };
    const now = await readFileState(host.path(path));
    if (summariseFileState(now) !== summariseFileState(old)) return false;
  }
  return true;
}

async function diffOf(file: ServiceStep['definition'], host: ProvisionHost): Promise<string> {
  const { path, content, mode } = file;
  const state = await readFileState(host.path(path));
  const before = textOf(state);
  if (state.type === 'file' && before === content) {
    return state.mode === mode ? '' : `${path}: mode ${octal(state.mode)} -> ${octal(mode)}`;
  }
  const old = state.type === 'absent' ? '/dev/null' : path;
  const [from, to] = [shownContent(before), shownContent(content)];
  return createTwoFilesPatch(old, path, from, to, undefined, undefined, { context: 3 });
}

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

/** Step kind `service`. */
export const serviceKind: StepKind<ServiceStep, Captured> = {
  kind: 'service',
  schema: serviceStep,
  undoSchema: captured,
  describe: ({ name, manager }) => m.startService({ name, manager }),
  isDone,
  observe: async (step, host) => {
    const { definition, companions = [], active } = await capture(step, host);
    const files = [...companions, definition].map(summariseFileState).join(', ');
    return `${files}, ${active ? 'active' : 'not active'}`;
  },
  diff: async (step, host) => {
    const diffs = await Promise.all(filesOf(step).map((file) => diffOf(file, host)));
    return diffs.filter((diff) => diff !== '').join('\n');
  },
  capture,
  apply,
  undo,
};

import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { z } from 'zod';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import {
  chmod,
  hasErrno,
  listFolder,
  lstat,
  mkdir,
  orIfMissing,
  rm,
  rmdir,
  stat,
  syncFolder,
} from '../../runtime/host/files.ts';
import { dirname } from 'node:path';
import { mountsBelow } from '../host/mounts.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/** Makes one folder (its parent exists). A folder that is there already stays as it is. */
export const makeFolderStep = z.strictObject({
  kind: z.literal('make-folder'),
  path: z.string().startsWith('/'),
  mode: z.int().min(0).max(0o7777),
  /**
   * What undoing may remove. `empty`: the folder when nothing is left in it. `contents`: all that the daemon has put
   * there (run files, logs). `data`: the same, but only when the user said that container data may go.
   */
  removes: z.enum(['empty', 'contents', 'data']),
});

type MakeFolderStep = z.infer<typeof makeFolderStep>;

const captured = z.strictObject({ existed: z.boolean() });
type Captured = z.infer<typeof captured>;

async function isFolder(path: string): Promise<boolean> {
  const info = await orIfMissing(stat(path), undefined);
  if (info?.isDirectory() === true) return true;
  // A link that leads nowhere is in the way as well.
  if (info === undefined && (await orIfMissing(lstat(path), undefined)) === undefined) return false;
  throw new BerthError('PATH_IN_THE_WAY', {
    message: m.notFolder({ path }),
    remedy: m.lookAndMove({ path }),
    details: { path },
  });
}

async function removeTree(path: string): Promise<void> {
  const mounts = await mountsBelow(path);
  if (mounts.length > 0) {
    throw new BerthError('PATH_IN_THE_WAY', {
      message: m.mountedBelow({ mounts: mounts.join('", "'), path }),
      remedy: m.unmount({ path: mounts[0] ?? path }),
      details: { path, mounts },
    });
  }
  // A daemon that is on its way out can still write here: look again for as long as that takes.
  await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

async function undo(step: MakeFolderStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  if (context.captured.existed) return { kind: 'undone' };
  const path = context.host.path(step.path);
  const found = await orIfMissing(lstat(path), undefined);
  if (found === undefined) return { kind: 'undone' };
  // Somebody has put something else in its place.
  if (!found.isDirectory()) return { kind: 'forgotten', note: m.notFolder({ path }) };
  const mayEmpty = step.removes === 'contents' || context.options.data === 'purge';
  if (step.removes !== 'empty' && mayEmpty) {
    await removeTree(path);
    return { kind: 'undone' };
  }
  return removeWhenEmpty(step, path);
}

async function removeWhenEmpty(step: MakeFolderStep, path: string): Promise<UndoOutcome> {
  try {
    await rmdir(path);
    return { kind: 'undone' };
  } catch (error) {
    if (!hasErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    const names = await listFolder(path);
    return step.removes === 'data'
      ? { kind: 'kept', note: m.dataStays({ path }) }
      : { kind: 'kept', note: m.folderStays({ path, names: names.join('", "') }) };
  }
}

async function apply(step: MakeFolderStep, host: ProvisionHost): Promise<void> {
  const path = host.path(step.path);
  try {
    await mkdir(path);
  } catch (error) {
    if (!hasErrno(error, 'EEXIST')) throw error;
    await isFolder(path);
  }
  // mkdir(2) applies the umask; the mode is part of the plan.
  await chmod(path, step.mode);
  syncFolder(dirname(path));
}

/** Step kind `make-folder`. */
export const makeFolderKind: StepKind<MakeFolderStep, Captured> = {
  kind: 'make-folder',
  schema: makeFolderStep,
  undoSchema: captured,
  describe: (step) => m.makeFolder({ path: step.path }),
  isDone: (step, host) => isFolder(host.path(step.path)),
  observe: async (step, host) => ((await isFolder(host.path(step.path))) ? 'folder' : 'absent'),
  diff: (step) => Promise.resolve(m.folderDiff({ mode: step.mode.toString(8).padStart(4, '0') })),
  capture: async (step, host) => ({ existed: await isFolder(host.path(step.path)) }),
  apply,
  undo,
};

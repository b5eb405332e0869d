import { basename } from 'node:path';
import {
  orIfMissing,
  readTextIfExists,
  readdir,
  readlink,
  stat,
} from '../../../runtime/host/files.ts';

/** A file that a process has open. */
export interface OpenFile {
  readonly pid: number;
  readonly fd: string;
}

/** A process that ends while it is looked at (ENOENT, ESRCH), or that is another user's (EACCES), has nothing to say. */
async function orIfGone<T>(promise: Promise<T>, fallback: T): Promise<T> {
  try {
    return await promise;
  } catch {
    return fallback;
  }
}

/**
 * Every descriptor by which any process has one of the files at `paths` open (proc_pid_fd(5)), by path. Device and inode
 * decide, so that mount namespaces, links and chroots make no difference; those of /proc/locks do not, on an overlay
 * file system. One walk for all paths: it takes some milliseconds for every hundred processes.
 */
export async function whoHasOpen(
  paths: readonly string[],
): Promise<ReadonlyMap<string, readonly OpenFile[]>> {
  const files = await identities(paths);
  const found = new Map<string, OpenFile[]>();
  if (files.length === 0) return found;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await orIfGone(readdir(`/proc/${pid}/fd`), [])) {
      const path = await pathOf(`/proc/${pid}/fd/${fd}`, files);
      if (path === undefined) continue;
      found.set(path, [...(found.get(path) ?? []), { pid: Number(pid), fd }]);
    }
  }
  return found;
}

interface FileIdentity {
  readonly path: string;
  readonly ending: string;
  readonly dev: number;
  readonly ino: number;
}

async function identities(paths: readonly string[]): Promise<readonly FileIdentity[]> {
  const found: FileIdentity[] = [];
  for (const path of paths) {
    const file = await orIfMissing(stat(path), undefined);
    if (file === undefined) continue;
    found.push({ path, ending: `/${basename(path)}`, dev: file.dev, ino: file.ino });
  }
  return found;
}

async function pathOf(link: string, files: readonly FileIdentity[]): Promise<string | undefined> {
  const target = await orIfGone(readlink(link), '');
  // The name first: looking at a file on a dead network file system would hang.
  if (!files.some(({ ending }) => target.endsWith(ending))) return undefined;
  const open = await orIfGone(stat(link), undefined);
  return files.find(({ ino, dev }) => ino === open?.ino && dev === open.dev)?.path;
}

/** Whether the process has an exclusive lock on the open file: a `lock:` line in proc_pid_fdinfo(5), Linux 4.1. */
export async function hasLocked({ pid, fd }: OpenFile): Promise<boolean> {
  const info = await orIfGone(readTextIfExists(`/proc/${pid}/fdinfo/${fd}`), undefined);
  return /^lock:\s.*\sWRITE\s/m.test(info ?? '');
}

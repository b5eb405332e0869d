import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import {
  hasErrno,
  link,
  listFolder,
  readTextIfExists,
  removeFile,
  rename,
  writeFile,
} from '../../runtime/host/files.ts';
import { identify, isAlive, type ProcessIdentity } from '../../runtime/host/process-identity.ts';

const holder = z.object({ pid: z.int().positive(), startTime: z.string() });

/** A held lock. */
export interface ProvisionLock {
  /** Gives the lock back. */
  release(): Promise<void>;
}

/**
 * Takes the lock at `path` for this process: a file that names its holder by pid and start time, so that a holder that
 * was killed (also with a pid that has been given to another process since) does not lock berth out for ever.
 * Throws UP_RUNNING, naming the holder, when another process that is alive has it.
 */
export async function takeProvisionLock(path: string): Promise<ProvisionLock> {
  const self = await identify(process.pid);
  if (self === undefined) throw new Error('/proc does not show this process');
  const text = JSON.stringify(self);
  // Written whole before it gets the lock's name: link(2) fails when that is taken, so nobody sees half a holder.
  const mine = `${path}.${self.pid}`;
  try {
    await writeFile(mine, text, { mode: 0o600 });
  } catch (cause) {
    throw new BerthError('STEP_FAILED', {
      message: m.lockUntaken({ path, why: messageOf(cause) }),
      remedy: m.lockUntakenRemedy({ folder: dirname(path) }),
      cause,
    });
  }
  try {
    await claim(mine, path);
  } finally {
    await removeFile(mine);
  }
  await removeAbandonedClaims(path);
  return {
    release: async () => {
      if ((await readTextIfExists(path)) === text) await removeFile(path);
    },
  };
}

/** A process that was killed while it tried to take the lock leaves `<lock>.<pid>`. */
async function removeAbandonedClaims(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await listFolder(folder)) {
    const pid = name.startsWith(`${basename(path)}.`)
      ? /\.(\d+)(\.stale)?$/.exec(name)?.[1]
      : undefined;
    if (pid !== undefined && (await identify(Number(pid))) === undefined) {
      await removeFile(join(folder, name));
    }
  }
}

async function claim(mine: string, path: string): Promise<void> {
  for (;;) {
    try {
      await link(mine, path);
      return;
    } catch (error) {
      if (!hasErrno(error, 'EEXIST')) throw error;
    }
    const text = await readTextIfExists(path);
    if (text === undefined) continue;
    const other = parseHolder(text);
    if (other !== undefined && (await isAlive(other))) throw running(other);
    await removeStale(path, { text, aside: `${mine}.stale` });
  }
}

/** Removes a dead holder's lock, but not one that a third process has taken since it was read. */
async function removeStale(
  path: string,
  stale: { readonly text: string; readonly aside: string },
): Promise<void> {
  try {
    await rename(path, stale.aside);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readTextIfExists(stale.aside)) !== stale.text) {
    await link(stale.aside, path).catch((error: unknown) => {
      if (!hasErrno(error, 'EEXIST')) throw error;
    });
  }
  await removeFile(stale.aside);
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const parsed = holder.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function running(other: ProcessIdentity): BerthError {
  return new BerthError('UP_RUNNING', {
    message: m.anotherRuns({ pid: other.pid }),
    remedy: m.anotherRunsRemedy({ pid: other.pid }),
    details: { pid: other.pid },
  });
}

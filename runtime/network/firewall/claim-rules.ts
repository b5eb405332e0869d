import { setTimeout as pause } from 'node:timers/promises';
import { BerthError } from '../../errors/berth-error.ts';
import { orIfMissing, readlink, readTextIfExists } from '../../host/files.ts';
import { takeExclusiveLock } from '../../syscall/exclusive-lock.ts';
import type { Launcher } from '../../syscall/launcher.ts';

/** The network namespace that this process is in (namespaces(7)). */
const ownNamespace = '/proc/self/ns/net';

/** Of a berthd that was killed, the process with the lock ends a moment after it: so often the lock is tried, and so long apart. */
const attempts = 20;
const pauseMs = 50;

/**
 * Makes sure that no other berthd makes rules in this network namespace: both would have tables and chains of the same names, and
 * replace each other's. A lock on the namespace itself says so, for as long as this berthd lives: it needs no file, and means the same wherever
 * the other one has its folders.
 * @throws FIREWALL_TAKEN
 */
export async function claimRules(launcher: Launcher): Promise<void> {
  for (let attempt = 1; !(await takeExclusiveLock(launcher, ownNamespace, 'read')); attempt += 1) {
    if (attempt === attempts) return refuseUnlessForeign();
    await pause(pauseMs);
  }
}

/** @throws FIREWALL_TAKEN */
async function refuseUnlessForeign(): Promise<void> {
  const holder = await lockHolder();
  // Everybody may lock what he may read; rules are made by root only.
  if (holder !== undefined && holder.uid !== 0) return;
  const who = holder === undefined ? '' : ` (process ${holder.berthd})`;
  throw new BerthError('FIREWALL_TAKEN', {
    message: `Another berthd${who} makes the rules of the firewall in this network namespace; wanted one only: they would replace each other's.`,
    remedy:
      'Stop the other one, or run one of them in a network namespace of its own; with "iptables": false and "ip6tables": false in daemon.json you make the rules yourself.',
    details: { ...(holder && { pid: holder.berthd }) },
  });
}

/** Who has the lock, as /proc/locks tells (proc_locks(5)); `undefined` when he is out of sight, or has let go of it. */
async function lockHolder(): Promise<
  { readonly uid: number; readonly berthd: number } | undefined
> {
  const [, inode] = /\[(\d+)\]/.exec(await readlink(ownNamespace)) ?? [];
  const locks = (await readTextIfExists('/proc/locks')) ?? '';
  const held = locks
    .split('\n')
    .map((line) => /FLOCK\s+ADVISORY\s+WRITE\s+(\d+)\s+[^ ]*:(\d+)\s/.exec(line))
    .find((found) => found?.[2] === inode);
  const pid = Number(held?.[1] ?? 0);
  if (pid <= 0) return undefined;
  const own = await statusOf(pid);
  if (own === undefined) return undefined;
  // It is held by a program of the launcher, which is berthd's.
  const launcher = await statusOf(own.parent);
  return { uid: own.uid, berthd: launcher?.parent ?? pid };
}

/** A process's user, as this one sees it, and its parent (proc_pid_status(5)). */
async function statusOf(
  pid: number,
): Promise<{ readonly uid: number; readonly parent: number } | undefined> {
  const text = await orIfMissing(readTextIfExists(`/proc/${pid}/status`), undefined);
  const numberOf = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text ?? '')?.[1] ?? Number.NaN);
  const [uid, parent] = [numberOf('Uid'), numberOf('PPid')];
  return Number.isNaN(uid) || Number.isNaN(parent) ? undefined : { uid, parent };
}

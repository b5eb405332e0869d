import { exists, readTextIfExists } from '../../../runtime/host/files.ts';
import { identify } from '../../../runtime/host/process-identity.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import type { LockFile, LockHolder } from './lock-file.ts';
import { hasLocked, whoHasOpen, type OpenFile } from './open-files.ts';

const longestCommand = 100;

/** Another process than this one and those it started that holds one of `locks`; `undefined` when none is held. */
export async function lockHolder(
  host: ProvisionHost,
  locks: readonly LockFile[],
): Promise<LockHolder | undefined> {
  const walked = locks.filter(({ proof }) => proof !== 'pid').map(({ path }) => host.path(path));
  const open = await whoHasOpen(walked);
  for (const lock of locks) {
    const path = host.path(lock.path);
    const holder = await holderOf({ path, proof: lock.proof }, open.get(path) ?? []);
    if (holder === 'free') continue;
    if (holder === 'left') return { path: lock.path, pid: undefined, command: '' };
    if (await isOurs(holder)) continue;
    return { path: lock.path, pid: holder, command: await commandOf(holder) };
  }
  return undefined;
}

/** The pid of the process that holds one lock file, given who has it open. */
async function holderOf(
  { path, proof }: LockFile,
  open: readonly OpenFile[],
): Promise<number | 'free' | 'left'> {
  switch (proof) {
    case 'pid':
      return (await livingPid(path)) ?? 'free';
    case 'lock': {
      for (const file of open) {
        if (await hasLocked(file)) return file.pid;
      }
      return 'free';
    }
    case 'open':
      return open[0]?.pid ?? ((await exists(path)) ? 'left' : 'free');
  }
}

/** A pid file without its process was left behind, and its program knows that and takes it over. */
async function livingPid(path: string): Promise<number | undefined> {
  const pid = Number.parseInt((await readTextIfExists(path)) ?? '', 10);
  return pid > 0 && (await identify(pid)) !== undefined ? pid : undefined;
}

async function isOurs(pid: number): Promise<boolean> {
  for (let next = pid; next > 1; next = await parentOf(next)) {
    if (next === process.pid) return true;
  }
  return false;
}

/** Field 4 of proc_pid_stat(5); 0 when the process has ended. */
async function parentOf(pid: number): Promise<number> {
  const text = await readOfProcess(pid, 'stat');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

async function commandOf(pid: number): Promise<string> {
  const line = (await readOfProcess(pid, 'cmdline')).split('\0').join(' ').trim();
  return line.length > longestCommand ? `${line.slice(0, longestCommand)}...` : line;
}

async function readOfProcess(pid: number, file: string): Promise<string> {
  try {
    return (await readTextIfExists(`/proc/${pid}/${file}`)) ?? '';
  } catch {
    // It ended between open and read (ESRCH).
    return '';
  }
}

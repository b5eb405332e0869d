import type { HostFiles } from '../context.ts';

/** The process that listens at a unix socket. */
export interface SocketOwner {
  readonly pid: number;
  /** Its command name (proc_pid_comm(5)). */
  readonly name: string;
}

/** SO_ACCEPTCON in the flags of proc_net_unix(5): the socket listens. */
const listening = 0x10000;

/**
 * Who listens at a path: the socket's inode by /proc/net/unix, and the process that has it open. The lowest process id,
 * because who opened it comes before those that inherited it. `undefined` when /proc does not tell, as to an ordinary user.
 */
export async function findSocketOwner(
  files: HostFiles,
  path: string,
): Promise<SocketOwner | undefined> {
  const inode = inodeOf((await files.readText('/proc/net/unix')) ?? '', path);
  if (inode === undefined) return undefined;
  const pids = (await files.list('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  for (const pid of pids.sort((one, other) => one - other)) {
    if (!(await holds(files, pid, inode))) continue;
    return { pid, name: ((await files.readText(`/proc/${pid}/comm`)) ?? '?').trim() };
  }
  return undefined;
}

/** Columns: Num RefCount Protocol Flags Type St Inode Path. */
function inodeOf(table: string, path: string): string | undefined {
  for (const line of table.split('\n')) {
    const [, , , flags, , , inode, ...rest] = line.trim().split(/\s+/);
    const isListening = (Number.parseInt(flags ?? '0', 16) & listening) !== 0;
    if (isListening && rest.join(' ') === path) return inode;
  }
  return undefined;
}

async function holds(files: HostFiles, pid: number, inode: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const name of await files.list(folder)) {
    if ((await files.link(`${folder}/${name}`)) === `socket:[${inode}]`) return true;
  }
  return false;
}

import { readlink, readTextIfExists } from './files.ts';

/** A listening Unix socket that a service manager has opened for this process. */
export interface PassedSocket {
  readonly descriptor: number;
  /** The path that it is bound to, as `/proc/net/unix` has it. */
  readonly path: string;
}

/** First of the descriptors that are passed (sd_listen_fds(3)). */
const firstDescriptor = 3;

type Environment = Record<string, string | undefined>;

/**
 * The sockets of socket activation: `LISTEN_FDS`, when `LISTEN_PID` says that they are for this process
 * (sd_listen_fds(3), systemd 252). The variables are removed, so that no child takes itself for the addressee. What is
 * no bound Unix socket is left out. With `LISTEN_FDNAMES` (systemd's FileDescriptorName=) only those named in `names`
 * are taken: the rest, such as a stored descriptor, has another meaning.
 */
export async function takePassedSockets(
  env: Environment,
  names: readonly string[],
): Promise<readonly PassedSocket[]> {
  const { LISTEN_PID: pid, LISTEN_FDS: count, LISTEN_FDNAMES: given } = env;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'])
    Reflect.deleteProperty(env, name);
  if (Number(pid) !== process.pid || !/^\d{1,4}$/.test(count ?? '')) return [];
  const labels = given?.split(':');
  const paths = await boundPaths();
  const found: PassedSocket[] = [];
  for (let index = 0; index < Number(count); index += 1) {
    const label = labels?.[index];
    if (label !== undefined && !names.includes(label)) continue;
    const descriptor = firstDescriptor + index;
    const path = paths.get(await inodeOf(descriptor));
    if (path !== undefined) found.push({ descriptor, path });
  }
  return found;
}

/** Inode of the socket behind a descriptor; `''` when it is none. */
async function inodeOf(descriptor: number): Promise<string> {
  const target = await readlink(`/proc/self/fd/${descriptor}`).catch(() => '');
  return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '';
}

/** Paths of the Unix sockets that listen, by inode (proc_net(5)): the fields are `Num: RefCount Protocol Flags Type St Inode Path`. */
async function boundPaths(): Promise<ReadonlyMap<string, string>> {
  const table = (await readTextIfExists('/proc/self/net/unix')) ?? '';
  const paths = new Map<string, string>();
  for (const line of table.split('\n')) {
    const [, inode, path] = /^\S+: \S+ \S+ \S+ \S+ \S+ +(\d+) (\/.*)$/.exec(line) ?? [];
    if (inode !== undefined && path !== undefined) paths.set(inode, path);
  }
  return paths;
}

import { basename, dirname, join } from 'node:path';
import { ApiListener } from '../api/listener.ts';
import type { DaemonConfig } from '../config/daemon-config.ts';
import { realpath } from '../host/files.ts';
import { makeFolders } from '../host/make-folders.ts';
import type { PassedSocket } from '../host/passed-sockets.ts';

/** Which sockets to serve. */
export interface ListenerWish {
  /** Paths of the configuration. */
  readonly paths: readonly string[];
  /** Sockets that the service manager has opened already; they are served whether the configuration names them or not. */
  readonly passed: readonly PassedSocket[];
  readonly version: string;
}

/** Listens on each of the sockets; when one fails, none is left open. Throws API_SOCKET_IN_USE. */
export async function openListeners(wish: ListenerWish): Promise<readonly ApiListener[]> {
  const { paths, passed, version } = wish;
  const open: ApiListener[] = [];
  try {
    const places = new Set<string>();
    for (const socket of passed) {
      places.add(await realPlace(socket.path));
      open.push(await ApiListener.adopt(socket, version));
    }
    for (const path of paths) {
      await makeFolders(dirname(path), 0o755);
      if (places.has(await realPlace(path))) continue;
      open.push(await ApiListener.open(path, version));
    }
  } catch (error) {
    await closeListeners(open);
    throw error;
  }
  return open;
}

/** Listens over TCP, where the configuration says so. @throws DAEMON_CONFIG_INVALID, API_SOCKET_IN_USE */
export async function openTcpListeners(
  { tcp, tls }: Pick<DaemonConfig, 'tcp' | 'tls'>,
  version: string,
): Promise<readonly ApiListener[]> {
  if (tls === undefined || tcp.length === 0) return [];
  const { readTlsIdentity } = await import('./tls-identity.ts');
  const identity = await readTlsIdentity(tls);
  const open: ApiListener[] = [];
  try {
    for (const { host, port } of tcp) {
      open.push(await ApiListener.openTcp({ host, port, identity }, version));
    }
  } catch (error) {
    await closeListeners(open);
    throw error;
  }
  return open;
}

/** Closes listeners. */
export async function closeListeners(listeners: readonly ApiListener[]): Promise<void> {
  await Promise.all(listeners.map((listener) => listener.close()));
}

/** The same text for `/var/run/docker.sock` and `/run/docker.sock`: systemd binds the latter when asked for the former. */
async function realPlace(path: string): Promise<string> {
  const folder = dirname(path);
  return join(await realpath(folder).catch(() => folder), basename(path));
}

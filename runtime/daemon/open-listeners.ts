import { dirname } from 'node:path';
import { ApiListener } from '../api/listener.ts';
import { mkdir } from '../host/files.ts';

/** Listens on each of the sockets; when one fails, none is left open. Throws API_SOCKET_IN_USE. */
export async function openListeners(
  paths: readonly string[],
  version: string,
): Promise<readonly ApiListener[]> {
  const open: ApiListener[] = [];
  try {
    for (const path of paths) {
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
      open.push(await ApiListener.open(path, version));
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

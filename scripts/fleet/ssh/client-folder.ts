import { join } from 'node:path';
import { chmod, mkdtemp, rm, writeFile } from '../../../runtime/host/files.ts';
import { clientConfig, type ClientSettings } from './client-config.ts';

/**
 * Where the sockets of a fleet's connections are, with the configuration that its ssh clients read. Private (0700): who
 * may open such a socket is logged in on that host.
 */
export interface ClientFolder {
  readonly configFile: string;
  /** Place of a connection's socket. */
  socketOf(number: number): string;
  /** Removes the folder. */
  remove(): Promise<void>;
}

/**
 * /tmp and not TMPDIR: the path of a socket has 107 bytes (unix(7)), of which ssh takes 17 for a temporary ending, and
 * TMPDIR is often a long one.
 */
const parent = '/tmp';

/** Makes the folder. */
export async function makeClientFolder(settings: ClientSettings): Promise<ClientFolder> {
  const folder = await mkdtemp(join(parent, 'berth-fleet-'));
  await chmod(folder, 0o700);
  const configFile = join(folder, 'config');
  await writeFile(configFile, clientConfig(settings), { mode: 0o600 });
  return {
    configFile,
    socketOf: (number) => join(folder, String(number)),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../runtime/host/clock.ts';
import { mkdtemp, open, stat } from '../../runtime/host/files.ts';
import { makeFolders } from '../../runtime/host/make-folders.ts';

/** Letters of a name of a file; with four bytes each they have room in one of 255 bytes, as file systems allow. */
const longestName = 55;

/** The log of one host: a line an event, with its time. */
export interface HostLog {
  readonly path: string;
  /** Adds a line. */
  readonly write: (line: string) => void;
  /** Resolves when all lines are in the file. */
  close(): Promise<void>;
}

/** What a log is opened with. */
export interface HostLogOptions {
  readonly folder: string;
  /** Name of the host. */
  readonly name: string;
  readonly clock: Clock;
  /** Takes secrets out of each line before it is written. */
  readonly redact: (line: string) => string;
}

/** Opens the log of a host, for its owner's eyes only. */
export async function openHostLog(options: HostLogOptions): Promise<HostLog> {
  const { folder, name, clock, redact } = options;
  const path = join(folder, `${fileNameOf(name)}.log`);
  const file = await open(path, 'a', 0o600);
  let writing: Promise<unknown> = Promise.resolve();
  return {
    path,
    write: (line) => {
      const text = `${new Date(clock.now()).toISOString()} ${redact(line)}\n`;
      // A full disk here must not stop what is being done there.
      writing = writing.then(() => file.appendFile(text)).catch(() => undefined);
    },
    close: async () => {
      await writing;
      await file.close();
    },
  };
}

/**
 * Makes a folder for a fleet's logs, which nobody but its owner can enter. One that is there already keeps its rights;
 * where they let others in, the logs go into a new folder in it. Returns where they go.
 */
export async function makeLogFolder(folder: string): Promise<string> {
  const made = await makeFolders(folder, 0o700);
  if (made !== undefined) return folder;
  const { mode, uid } = await stat(folder);
  const ownersAlone = (mode & 0o077) === 0 && uid === process.geteuid?.();
  return ownersAlone ? folder : mkdtemp(join(folder, 'berth-fleet-logs-'));
}

/**
 * Names of hosts have letters that name other places in a path: where one had to go, a digest of the name tells it from
 * others that look the same without.
 */
function fileNameOf(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{N}_.@-]/gu, '_').slice(0, longestName);
  if (plain === name) return plain;
  return `${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

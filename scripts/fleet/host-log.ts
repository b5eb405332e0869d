import { join } from 'node:path';
import type { Clock } from '../../runtime/host/clock.ts';
import { chmod, mkdir, open } from '../../runtime/host/files.ts';

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

/** Makes the folder of a fleet's logs. */
export async function makeLogFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
}

/** Names of hosts have letters that name other places in a path, and are told apart by case on some systems only. */
function fileNameOf(name: string): string {
  return name.replaceAll(/[^\w.@-]/g, '_');
}

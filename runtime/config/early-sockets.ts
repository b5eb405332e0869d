import { readTextIfExists } from '../host/files.ts';
import { defaultSocket } from './defaults.ts';

/**
 * The sockets that a daemon.json names, read without the rest of it and without its schema, so that berthd can listen
 * within its first milliseconds. What looks odd gives none: reading the whole configuration then says what is wrong.
 *
 * @param flagHosts `hosts` as the command line has them, instead of the file's
 */
export async function earlySockets(path: string, flagHosts?: unknown): Promise<readonly string[]> {
  try {
    const text = (await readTextIfExists(path)) ?? '';
    const config: unknown = text.trim() === '' ? {} : await valueOf(text);
    if (typeof config !== 'object' || config === null) return [];
    const own: unknown = 'hosts' in config ? config.hosts : undefined;
    const hosts: unknown = flagHosts ?? own ?? [`unix://${defaultSocket}`];
    if (!Array.isArray(hosts)) return [];
    const known = /^(?:unix:\/\/\/|tcp:\/\/|fd:\/\/)/;
    if (!hosts.every((host) => typeof host === 'string' && known.test(host))) return [];
    return hosts.flatMap((host: string) =>
      host.startsWith('unix:') ? [host.slice('unix://'.length)] : [],
    );
  } catch {
    return [];
  }
}

/** A parser that knows comments takes milliseconds to load: only a file that has some pays for it. */
async function valueOf(text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch {
    const parsed = (await import('./jsonc.ts')).parseJsonc(text);
    return parsed.kind === 'value' ? parsed.value : undefined;
  }
}

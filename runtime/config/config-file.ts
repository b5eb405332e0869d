import { BerthError, isBerthError } from '../errors/berth-error.ts';
import { readTextIfExists } from '../host/files.ts';
import { type DaemonConfig, type FlagValues, parseDaemonConfig } from './daemon-config.ts';
import { KeyPlaces } from './key-place.ts';

/** A configuration that has been read, and what it was read from. */
export interface ConfigFile {
  readonly config: DaemonConfig;
  /**
   * Does what finds out whether values can be used that have the right form.
   * @throws what the task throws; DAEMON_CONFIG_INVALID of `unusableValue` with line and column of the value
   */
  readonly judged: <Result>(task: () => Promise<Result>) => Promise<Result>;
}

/** A path of keys, such as `log-opts` and `max-size`. */
type KeyPath = readonly [string, ...string[]];

/**
 * What is wrong with a value that has the right form: a file that it names is not there, or a driver does not take it.
 * @param why a sentence without its end
 */
export function unusableValue(path: KeyPath, why: string, cause?: unknown): BerthError {
  const key = path.join('.');
  return new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"${key}" of daemon.json cannot be used: ${why}.`,
    remedy: `Correct "${key}" in daemon.json, then start the daemon again.`,
    details: { path: 'daemon.json', problem: 'unusable', issues: [{ key, at: path, why }] },
    cause,
  });
}

/**
 * Reads a daemon.json as `readDaemonConfig` does, for who judges its values further.
 * @throws BerthError DAEMON_CONFIG_INVALID
 */
export async function readConfigFile(path: string, flags: FlagValues = {}): Promise<ConfigFile> {
  const text = (await readTextIfExists(path)) ?? '';
  return {
    config: parseDaemonConfig(text, path, flags),
    judged: async (task) => {
      try {
        return await task();
      } catch (error) {
        throw located(error, { path, text, flags });
      }
    },
  };
}

interface Source {
  readonly path: string;
  readonly text: string;
  readonly flags: FlagValues;
}

function located(error: unknown, { path, text, flags }: Source): unknown {
  const found = issueOf(error);
  if (found === undefined) return error;
  const { at, why } = found;
  const key = at.join('.');
  // A flag has no place in the file.
  const place = Object.hasOwn(flags, at[0]) ? undefined : new KeyPlaces(text).valueAt(at);
  const where = place === undefined ? '' : `line ${place.line}, column ${place.column}: `;
  return new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"${path}" cannot be used: ${where}"${key}": ${why}.`,
    remedy: `Correct "${path}", then start the daemon again.`,
    details: { path, problem: 'unusable', issues: [{ key, why, ...place }] },
    cause: error,
  });
}

/** What `unusableValue` has said. */
function issueOf(error: unknown): { readonly at: KeyPath; readonly why: string } | undefined {
  if (!isBerthError(error, 'DAEMON_CONFIG_INVALID')) return undefined;
  const { issues } = error.details as {
    readonly issues?: readonly { readonly at?: KeyPath; readonly why?: string }[];
  };
  const [{ at, why } = {}] = issues ?? [];
  return at === undefined || why === undefined ? undefined : { at, why };
}

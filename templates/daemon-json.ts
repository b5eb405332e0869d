import { BerthError, messageOf } from '../runtime/errors/berth-error.ts';

/** Keys of daemon.json (Docker's own names) that berth cares about; all others stay as they are. */
export interface DaemonConfigWish {
  /** Set when given; else a value that is there stays, and without one the daemon's default holds. */
  readonly dataRoot?: string;
  /** Paths of unix sockets to serve, added to those that are there. */
  readonly sockets: readonly string[];
  /** Group of the sockets, unless another one is there. */
  readonly group: string;
}

/** Where a daemon.json came from, for error messages. */
export interface DaemonConfigFile {
  readonly path: string;
  /** `undefined`: there is no file. */
  readonly text: string | undefined;
}

/**
 * Merges what berth needs into a daemon.json: adds keys, changes only what was asked for, keeps unknown keys, their
 * order and the indentation. Text that needs no change comes back as it is, byte for byte.
 *
 * @throws BerthError DAEMON_CONFIG_INVALID when the file is not a JSON object or a key has an unexpected type.
 */
export function mergeDaemonConfig(file: DaemonConfigFile, wish: DaemonConfigWish): string {
  const before = parse(file);
  const after = {
    ...before,
    ...(wish.dataRoot === undefined ? {} : { 'data-root': wish.dataRoot }),
    group: stringAt(file, before, 'group') ?? wish.group,
    hosts: mergedHosts(file, before, wish.sockets),
  };
  if (file.text !== undefined && JSON.stringify(before) === JSON.stringify(after)) return file.text;
  const indentation = /^[ \t]+(?=")/m.exec(file.text ?? '')?.[0] ?? '  ';
  return `${JSON.stringify(after, undefined, indentation)}\n`;
}

/** The data root that a daemon.json names. Throws DAEMON_CONFIG_INVALID. */
export function dataRootOf(file: DaemonConfigFile): string | undefined {
  return stringAt(file, parse(file), 'data-root');
}

/** Unix sockets that a daemon.json names, as paths. Throws DAEMON_CONFIG_INVALID. */
export function socketsOf(file: DaemonConfigFile): readonly string[] {
  return hostsAt(file, parse(file))
    .filter((host) => host.startsWith('unix://'))
    .map((host) => host.slice('unix://'.length));
}

type Config = Readonly<Record<string, unknown>>;

function parse(file: DaemonConfigFile): Config {
  if (file.text === undefined || file.text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(file.text);
  } catch (error) {
    throw invalid(file, messageOf(error));
  }
  if (isObject(value)) return value;
  throw invalid(file, `it holds ${JSON.stringify(value).slice(0, 40)}; wanted an object`);
}

function isObject(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringAt(file: DaemonConfigFile, config: Config, key: string): string | undefined {
  const value = config[key];
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(file, `"${key}" is ${JSON.stringify(value)}; wanted a string`);
}

function hostsAt(file: DaemonConfigFile, config: Config): readonly string[] {
  const hosts = config['hosts'] ?? [];
  if (Array.isArray(hosts) && hosts.every((host) => typeof host === 'string')) return hosts;
  throw invalid(file, `"hosts" is ${JSON.stringify(hosts)}; wanted a list of strings`);
}

function mergedHosts(
  file: DaemonConfigFile,
  config: Config,
  sockets: readonly string[],
): readonly string[] {
  const wanted = sockets.map((path) => `unix://${path}`);
  return [...new Set([...hostsAt(file, config), ...wanted])];
}

function invalid(file: DaemonConfigFile, why: string): BerthError {
  return new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"${file.path}" cannot be used: ${why}`,
    remedy: `Correct "${file.path}" (JSON, without comments) or move it away, then try again.`,
    details: { path: file.path },
  });
}

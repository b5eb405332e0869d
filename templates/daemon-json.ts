import { parseJsonc } from '../runtime/config/jsonc.ts';
import { BerthError } from '../runtime/errors/berth-error.ts';
import { withAppended, withKey, withoutKey, withPrepended } from './jsonc-edit.ts';

/** Keys of daemon.json (Docker's own names) that berth cares about; all others stay as they are. */
export interface DaemonConfigWish {
  /** Set when given; else a value that is there stays, and without one the daemon's default holds. */
  readonly dataRoot?: string;
  /** Paths of unix sockets to serve, added to those that are there. */
  readonly sockets: readonly string[];
  /** Group of the sockets, unless another one is there. */
  readonly group: string;
  /**
   * URLs of mirrors of Docker Hub, asked before those that are there, which stay: the engine goes from one to the next.
   * An empty list removes the key: Docker Hub is asked itself. Absent: as it is.
   */
  readonly registryMirrors?: readonly string[];
}

/** Where a daemon.json came from, for error messages. */
export interface DaemonConfigFile {
  readonly path: string;
  /** `undefined`: there is no file. */
  readonly text: string | undefined;
}

/**
 * Merges what berth needs into a daemon.json: adds keys, changes only what was asked for, keeps comments, unknown keys,
 * their order and the indentation. Text that needs no change comes back as it is, byte for byte.
 *
 * @throws BerthError DAEMON_CONFIG_INVALID when the file is not a JSON object or a key has an unexpected type.
 */
export function mergeDaemonConfig(file: DaemonConfigFile, wish: DaemonConfigWish): string {
  const before = parse(file);
  const { dataRoot } = wish;
  let text = isBlank(file.text) ? '{}\n' : file.text;
  if (dataRoot !== undefined && stringAt(file, before, 'data-root') !== dataRoot) {
    text = withKey(text, 'data-root', dataRoot);
  }
  if (stringAt(file, before, 'group') === undefined) text = withKey(text, 'group', wish.group);
  const sockets = wish.sockets.map((path) => `unix://${path}`);
  const hosts = listAt(file, before, 'hosts');
  const missing = [...new Set(sockets)].filter((socket) => !hosts.includes(socket));
  text = withAppended(text, 'hosts', missing);
  if (wish.registryMirrors === undefined) return text;
  return withMirrors({ path: file.path, text }, wish.registryMirrors);
}

/**
 * Sets the mirrors of Docker Hub in a daemon.json and touches nothing else; see `DaemonConfigWish.registryMirrors`.
 * @throws BerthError DAEMON_CONFIG_INVALID.
 */
export function mergeRegistryMirrors(file: DaemonConfigFile, mirrors: readonly string[]): string {
  parse(file);
  return withMirrors({ path: file.path, text: isBlank(file.text) ? '{}\n' : file.text }, mirrors);
}

function withMirrors(
  file: DaemonConfigFile & { readonly text: string },
  mirrors: readonly string[],
): string {
  const present = listAt(file, parse(file), 'registry-mirrors');
  if (mirrors.length === 0) return withoutKey(file.text, 'registry-mirrors');
  // Written by a person perhaps with a slash at the end, which means the same.
  const asWritten = mirrors.map((url) => present.find((other) => isSame(other, url)) ?? url);
  return withPrepended(file.text, 'registry-mirrors', [...new Set(asWritten)]);
}

const isSame = (one: string, other: string): boolean =>
  one.replace(/\/+$/, '') === other.replace(/\/+$/, '');

/** The data root that a daemon.json names. Throws DAEMON_CONFIG_INVALID. */
export function dataRootOf(file: DaemonConfigFile): string | undefined {
  return stringAt(file, parse(file), 'data-root');
}

/** The group of the API's sockets that a daemon.json names. Throws DAEMON_CONFIG_INVALID. */
export function groupOf(file: DaemonConfigFile): string | undefined {
  return stringAt(file, parse(file), 'group');
}

/** Unix sockets that a daemon.json names, as paths. Throws DAEMON_CONFIG_INVALID. */
export function socketsOf(file: DaemonConfigFile): readonly string[] {
  return listAt(file, parse(file), 'hosts')
    .filter((host) => host.startsWith('unix://'))
    .map((host) => host.slice('unix://'.length));
}

/** The mirrors of Docker Hub that a daemon.json names, in their order. Throws DAEMON_CONFIG_INVALID. */
export function registryMirrorsOf(file: DaemonConfigFile): readonly string[] {
  return listAt(file, parse(file), 'registry-mirrors');
}

type Config = Readonly<Record<string, unknown>>;

function isBlank(text: string | undefined): text is undefined | '' {
  return text === undefined || text.trim() === '';
}

function parse(file: DaemonConfigFile): Config {
  if (isBlank(file.text)) return {};
  const parsed = parseJsonc(file.text);
  if (parsed.kind === 'problem') {
    const { problem, reason, line, column } = parsed;
    const details = { problem: 'no-json', reason, line, column };
    throw invalid(file, `it is no JSON (${problem})`, details);
  }
  if (isObject(parsed.value)) return parsed.value;
  const value = JSON.stringify(parsed.value).slice(0, 40);
  throw invalid(file, `it holds ${value}; wanted an object`, { problem: 'no-object', value });
}

function isObject(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringAt(file: DaemonConfigFile, config: Config, key: string): string | undefined {
  const value = config[key];
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(file, { key, value, wanted: 'a string' });
}

function listAt(file: DaemonConfigFile, config: Config, key: string): readonly string[] {
  const value = config[key] ?? [];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw wrongType(file, { key, value, wanted: 'a list of strings' });
}

interface WrongType {
  readonly key: string;
  readonly value: unknown;
  readonly wanted: 'a string' | 'a list of strings';
}

function wrongType(file: DaemonConfigFile, { key, value, wanted }: WrongType): BerthError {
  const found = JSON.stringify(value);
  const details = { problem: 'wrong-type', key, value: found, wanted };
  return invalid(file, `"${key}" is ${found}; wanted ${wanted}`, details);
}

function invalid(
  file: DaemonConfigFile,
  why: string,
  details: Readonly<Record<string, unknown>>,
): BerthError {
  return new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"${file.path}" cannot be used: ${why}`,
    remedy: `Correct "${file.path}" (JSON, which may have comments) or move it away, then try again.`,
    details: { path: file.path, ...details },
  });
}

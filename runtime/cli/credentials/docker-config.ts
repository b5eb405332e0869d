import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { hasErrno, readTextIfExists, realpath, stat, writeFileWhole } from '../../host/files.ts';
import { makeFolders } from '../../host/make-folders.ts';

type Json = Readonly<Record<string, unknown>>;

/** docker's configuration file (`~/.docker/config.json`), as far as logins are concerned. */
export interface DockerConfig {
  /** Where it is, or would be. */
  readonly path: string;
  /** All that is in it, known or not. */
  readonly all: Json;
  /** `auths`: by registry. */
  readonly auths: Readonly<Record<string, Json>>;
  /** `credsStore`: the helper of all registries; empty for none. */
  readonly credsStore: string;
  /** `credHelpers`: helpers of single registries. */
  readonly credHelpers: Readonly<Record<string, string>>;
}

/** Where docker's client has its configuration. */
export function dockerConfigPath(env: Readonly<Record<string, string | undefined>>): string {
  const folder = env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');
  return join(folder, 'config.json');
}

function invalid(path: string, what: string, cause?: unknown): BerthError {
  return new BerthError('CREDENTIALS_FILE_INVALID', {
    message: `'${path}' ${what}, wanted docker's configuration as a JSON object`,
    remedy: `Correct it, or move it away: berth does not change a file that it cannot read.`,
    details: { path },
    cause,
  });
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object at `key`, with every value checked; an empty one when there is none. */
function mapAt<T>(
  { all, path }: { readonly all: Json; readonly path: string },
  key: string,
  isRight: (value: unknown) => value is T,
): Readonly<Record<string, T>> {
  const map = all[key] ?? {};
  if (!isObject(map)) throw invalid(path, `has no object as '${key}'`);
  const wrong = Object.entries(map).find(([, value]) => !isRight(value));
  if (wrong !== undefined) throw invalid(path, `has something unknown as '${key}.${wrong[0]}'`);
  // Without a prototype: a registry may be called as one of its members is.
  return Object.assign(Object.create(null), map) as Readonly<Record<string, T>>;
}

/**
 * What is in the text of a configuration file; an empty one is as none.
 *
 * @throws CREDENTIALS_FILE_INVALID
 */
export function parseDockerConfig(path: string, text: string): DockerConfig {
  let all: unknown = {};
  try {
    if (text.trim() !== '') all = JSON.parse(text);
  } catch (cause) {
    throw invalid(path, `is no JSON (${messageOf(cause)})`, cause);
  }
  if (!isObject(all)) throw invalid(path, 'holds no object');
  const file = { path, all };
  const isText = (value: unknown): value is string => typeof value === 'string';
  const { credsStore = '' } = all;
  if (!isText(credsStore)) throw invalid(path, "has no text as 'credsStore'");
  return {
    ...file,
    auths: mapAt(file, 'auths', isObject),
    credsStore,
    credHelpers: mapAt(file, 'credHelpers', isText),
  };
}

/**
 * Reads docker's configuration file; one that is not there is empty.
 *
 * @throws CREDENTIALS_FILE_INVALID
 */
export async function readDockerConfig(path: string): Promise<DockerConfig> {
  let text: string | undefined;
  try {
    text = await readTextIfExists(path);
  } catch (cause) {
    throw invalid(path, `cannot be read (${messageOf(cause)})`, cause);
  }
  return parseDockerConfig(path, text ?? '');
}

/** Where the file really is: a link to it stays a link. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return path;
    throw error;
  }
}

/**
 * Writes keys into docker's configuration file, whole or not at all; all else in it stays; what is `undefined` goes. A new file is for its
 * owner only; one that is there keeps its mode and owner.
 *
 * @throws CREDENTIALS_NOT_STORED
 */
export async function writeDockerConfig(
  config: DockerConfig,
  keys: {
    readonly auths?: Readonly<Record<string, Json>>;
    readonly currentContext?: string | undefined;
  },
): Promise<void> {
  try {
    await makeFolders(dirname(config.path), 0o700);
    const path = await targetOf(config.path);
    const there = await stat(path).catch(() => undefined);
    await writeFileWhole(path, `${JSON.stringify({ ...config.all, ...keys }, undefined, '\t')}\n`, {
      mode: there === undefined ? 0o600 : there.mode & 0o777,
      durability: 'disk',
      ...(there === undefined ? {} : { owner: { uid: there.uid, gid: there.gid } }),
    });
  } catch (cause) {
    throw new BerthError('CREDENTIALS_NOT_STORED', {
      message: `'${config.path}' cannot be written (${messageOf(cause)}), wanted to keep a login or a context there`,
      remedy: 'Make its folder writable, or name another one in DOCKER_CONFIG.',
      details: { path: config.path },
      cause,
    });
  }
}

import { z } from 'zod';
import { BerthError, messageOf } from '../errors/berth-error.ts';
import { readTextIfExists } from '../host/files.ts';
import { defaultSocket } from './defaults.ts';

const text = z.string({ error: 'a string' });
const textList = z.array(text, { error: 'a list of strings' }).readonly();

/** Keys of daemon.json that berth acts on: Docker's own names and meanings (dockerd(8)). */
const schema = z.looseObject(
  {
    'data-root': text.startsWith('/', { error: 'an absolute path' }).default('/var/lib/berth'),
    'exec-root': text.startsWith('/', { error: 'an absolute path' }).default('/run/berth'),
    hosts: z
      .array(text.startsWith('unix:///', { error: 'unix:// and an absolute path' }), {
        error: 'a list of addresses',
      })
      .min(1, { error: 'at least one address' })
      .readonly()
      .default([`unix://${defaultSocket}`]),
    group: text.default('berth'),
    debug: z.boolean({ error: 'true or false' }).default(false),
    'registry-mirrors': textList.default([]),
    'insecure-registries': textList.default([]),
    'max-concurrent-downloads': z
      .int({ error: 'a whole number' })
      .min(1, { error: 'at least 1' })
      .default(3),
  },
  { error: 'an object' },
);

/** What berthd is told. */
export interface DaemonConfig {
  readonly dataRoot: string;
  /** Files that a reboot may take: sockets of the monitors, exit records. */
  readonly runRoot: string;
  /** Paths of the Unix sockets to serve. */
  readonly sockets: readonly string[];
  /** Name of the group whose members may use the sockets. */
  readonly group: string;
  readonly logLevel: 'info' | 'debug';
  readonly registryMirrors: readonly string[];
  readonly insecureRegistries: readonly string[];
  readonly maxConcurrentDownloads: number;
  /** Keys that are in the file and that berth does not act on (yet). */
  readonly ignoredKeys: readonly string[];
}

/**
 * Reads a daemon.json; without a file everything has its default.
 * @throws BerthError DAEMON_CONFIG_INVALID naming the key, what it is and what was wanted.
 */
export async function readDaemonConfig(path: string): Promise<DaemonConfig> {
  const file = await readTextIfExists(path);
  return parseDaemonConfig(file === undefined || file.trim() === '' ? '{}' : file, path);
}

/** As `readDaemonConfig`, for a text that is there; `path` is for the messages. */
export function parseDaemonConfig(file: string, path: string): DaemonConfig {
  const result = schema.safeParse(parseJson(file, path));
  if (!result.success) {
    const problems = result.error.issues.map(
      (issue) => `"${issue.path.join('.') || 'the file'}": wanted ${issue.message}`,
    );
    throw invalid(path, problems.join('; '));
  }
  const config = result.data;
  return {
    dataRoot: config['data-root'],
    runRoot: config['exec-root'],
    sockets: config.hosts.map((host) => host.slice('unix://'.length)),
    group: config.group,
    logLevel: config.debug ? 'debug' : 'info',
    registryMirrors: config['registry-mirrors'],
    insecureRegistries: config['insecure-registries'],
    maxConcurrentDownloads: config['max-concurrent-downloads'],
    ignoredKeys: Object.keys(config).filter((key) => !(key in schema.shape)),
  };
}

function parseJson(file: string, path: string): unknown {
  try {
    return JSON.parse(file);
  } catch (error) {
    throw invalid(path, `it is no JSON (${messageOf(error)})`);
  }
}

function invalid(path: string, problem: string): BerthError {
  return new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"${path}" cannot be used: ${problem}.`,
    remedy: `Correct "${path}", then start the daemon again.`,
    details: { path },
  });
}

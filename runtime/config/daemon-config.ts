import { z } from 'zod';
import { BerthError } from '../errors/berth-error.ts';
import { readTextIfExists } from '../host/files.ts';
import { defaultSocket } from './defaults.ts';
import { parseJsonc } from './jsonc.ts';

const text = z.string({ error: 'a string' });
const textList = z.array(text, { error: 'a list of strings' }).readonly();
const count = z.int({ error: 'a whole number' }).min(1, { error: 'at least 1' });
const mirrorUrl = z.string({ error: 'a string' }).refine(isMirrorUrl, {
  error: 'http:// or https://, a host, and neither query nor fragment',
});
const mirrorUrls = z.array(mirrorUrl, { error: 'a list of URLs' }).readonly();
const proxyUrl = z.string({ error: 'a string' }).refine(isProxyUrl, {
  error: 'an http:// or https:// URL',
});

/** Docker's key `proxies`: how the daemon itself reaches registries. */
const proxiesSchema = z.strictObject(
  {
    'http-proxy': proxyUrl.optional(),
    'https-proxy': proxyUrl.optional(),
    'no-proxy': text.optional(),
  },
  { error: 'an object with "http-proxy", "https-proxy" and "no-proxy"' },
);

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
    'userns-remap': text.default(''),
    init: z.boolean({ error: 'true or false' }).default(false),
    'log-driver': text.min(1, { error: 'the name of a log driver' }).default('json-file'),
    'log-opts': z.record(z.string(), text, { error: 'an object of strings' }).default({}),
    'registry-mirrors': mirrorUrls.default([]),
    // Not Docker's: mirrors of any registry, by its name.
    'registry-mirrors-for': z
      .record(z.string(), mirrorUrls, { error: 'lists of URLs by registry' })
      .default({}),
    'insecure-registries': textList.default([]),
    'max-concurrent-downloads': count.default(3),
    'max-concurrent-uploads': count.default(5),
    'max-download-attempts': count.default(5),
    proxies: proxiesSchema.default({}),
  },
  { error: 'an object' },
);

/** How registries are reached. */
export interface RegistrySettings {
  /** `registry-mirrors`: URLs of mirrors of Docker Hub. */
  readonly registryMirrors: readonly string[];
  /** `registry-mirrors-for`: URLs of mirrors of other registries, such as `ghcr.io`; `*` is every other one. */
  readonly registryMirrorsFor: Readonly<Record<string, readonly string[]>>;
  readonly insecureRegistries: readonly string[];
  readonly maxConcurrentDownloads: number;
  readonly maxConcurrentUploads: number;
  readonly maxDownloadAttempts: number;
  /** Keys that are not in `proxies` are those of the environment: HTTP_PROXY and the others. */
  readonly proxies: ProxySettings;
}

/** Docker's `proxies`. */
export interface ProxySettings {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
  /** Hosts, domains and networks that are reached without a proxy, with commas between them. */
  readonly noProxy?: string;
}

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
  readonly registry: RegistrySettings;
  /** `userns-remap`: whose ids containers have; empty: those of the host. */
  readonly usernsRemap: string;
  /** Whether containers that do not say so themselves get an init (`docker run --init`). */
  readonly init: boolean;
  /** `log-driver` and `log-opts`, for containers that do not say. */
  readonly log: {
    readonly driver: string;
    readonly options: Readonly<Record<string, string>>;
  };
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

/** As `readDaemonConfig`, for a text that is there, which may have comments; `path` is for the messages. */
export function parseDaemonConfig(file: string, path: string): DaemonConfig {
  const result = schema.safeParse(parseJson(file, path));
  if (!result.success) {
    const problems = result.error.issues.map(
      (issue) => `"${issue.path.join('.') || 'the file'}": wanted ${issue.message}`,
    );
    const issues = result.error.issues.map(({ path: at, message }) => ({
      key: at.join('.'),
      wanted: message,
    }));
    throw invalid(path, problems.join('; '), { problem: 'unusable', issues });
  }
  const config = result.data;
  return {
    dataRoot: config['data-root'],
    runRoot: config['exec-root'],
    sockets: config.hosts.map((host) => host.slice('unix://'.length)),
    group: config.group,
    logLevel: config.debug ? 'debug' : 'info',
    registry: registrySettings(config),
    usernsRemap: config['userns-remap'],
    init: config.init,
    log: { driver: config['log-driver'], options: config['log-opts'] },
    ignoredKeys: Object.keys(config).filter((key) => !(key in schema.shape)),
  };
}

function registrySettings(config: z.infer<typeof schema>): RegistrySettings {
  const {
    'http-proxy': httpProxy,
    'https-proxy': httpsProxy,
    'no-proxy': noProxy,
  } = config.proxies;
  return {
    registryMirrors: config['registry-mirrors'],
    registryMirrorsFor: config['registry-mirrors-for'],
    insecureRegistries: config['insecure-registries'],
    maxConcurrentDownloads: config['max-concurrent-downloads'],
    maxConcurrentUploads: config['max-concurrent-uploads'],
    maxDownloadAttempts: config['max-download-attempts'],
    proxies: {
      ...(httpProxy === undefined ? {} : { httpProxy }),
      ...(httpsProxy === undefined ? {} : { httpsProxy }),
      ...(noProxy === undefined ? {} : { noProxy }),
    },
  };
}

function isMirrorUrl(value: string): boolean {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  const { search, hash } = new URL(value);
  return search === '' && hash === '';
}

function isProxyUrl(value: string): boolean {
  return value === '' || (/^https?:\/\//.test(value) && URL.canParse(value));
}

function parseJson(file: string, path: string): unknown {
  const parsed = parseJsonc(file);
  if (parsed.kind === 'value') return parsed.value;
  const { reason, line, column } = parsed;
  const details = { problem: 'no-json', reason, line, column };
  throw invalid(path, `it is no JSON (${parsed.problem})`, details);
}

function invalid(
  path: string,
  problem: string,
  details: Readonly<Record<string, unknown>>,
): BerthError {
  return new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"${path}" cannot be used: ${problem}.`,
    remedy: `Correct "${path}", then start the daemon again.`,
    details: { path, ...details },
  });
}

import { dirname, join } from 'node:path';
import { places } from '../host/places.ts';

/** The sources' root: the folder with package.json. */
const sourceRoot = dirname(dirname(import.meta.dirname));

/**
 * A small nursery for new objects, in megabytes: V8 lets it grow to 16, which berthd keeps for good after a single pull.
 * 15 MB less at rest and 60 MB less during a pull, for a tenth more processor time.
 */
const nodeOptions = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1'] as const;

/** Program and arguments that run berthd: the very Node.js that runs this, with the daemon's entry. */
export function daemonCommand(
  configPath: string = places.daemonConfig,
): readonly [string, ...string[]] {
  const entry = join(sourceRoot, 'runtime', 'daemon.ts');
  return [process.execPath, ...nodeOptions, entry, '--config', configPath];
}

/** Variables that the daemon takes over from whoever runs `berth up`: how to reach the world outside. */
const passedOn = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];

/** The daemon's whole environment, as `NAME=value`. */
export function daemonEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const proxies = passedOn.flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [`${name}=${value}`];
  });
  return [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    // Node.js's own place for this would be /tmp, which nobody would clear away.
    `NODE_COMPILE_CACHE=${places.runFolder}/compile-cache`,
    ...proxies,
  ];
}

import { join } from 'node:path';
import { places } from '../host/places.ts';
import { berthProgram } from './self.ts';

/** Program and arguments that run berthd: of the very berth that runs this. */
export function daemonCommand(
  configPath: string = places.daemonConfig,
): readonly [string, ...string[]] {
  return berthProgram().argv('daemon', ['--config', configPath]);
}

/** Variables that the daemon takes over from whoever runs `berth up`: how to reach the world outside. */
export const passedOn = [
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
  ...['http_proxy', 'https_proxy', 'no_proxy'],
] as const;

/**
 * How glibc takes memory from the kernel for berthd (mallopt(3); other libraries ignore it): from one arena, not one for each thread,
 * and what is large, or free at the end, is given back, whatever was large before. A pull takes some 7 MB less, in as much processor time.
 */
export const memoryEnvironment = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const;

/** The daemon's whole environment, as `NAME=value`. */
export function daemonEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const proxies = passedOn.flatMap((name) => {
    const value = env[name];
    return value === undefined || value === '' ? [] : [`${name}=${value}`];
  });
  const program = berthProgram();
  return [
    ...Object.entries(memoryEnvironment).map(([name, value]) => `${name}=${value}`),
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    // The command line's own, in the checkout (scripts/berth.sh). A bundle comes with what was compiled of it.
    ...(program.kind === 'source'
      ? [`NODE_COMPILE_CACHE=${join(program.root, '.cache', 'compile')}`]
      : []),
    ...proxies,
  ];
}

import { readFileSync } from 'node:fs';

const files = {
  processors: '/sys/devices/system/cpu/online',
  'memory nodes': '/sys/devices/system/node/online',
} as const;

/**
 * The processors or memory nodes of the host that are on, as a list such as `0-3,6` (Linux 6.18,
 * Documentation/admin-guide/cputopology.rst); `undefined` on a host that does not say.
 */
export function onlineList(of: keyof typeof files): string | undefined {
  try {
    return readFileSync(files[of], 'utf8').trim();
  } catch {
    // A kernel without memory nodes has no such file.
    return undefined;
  }
}

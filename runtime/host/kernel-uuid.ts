import { readFileSync } from 'node:fs';

/**
 * A random UUID of version 4, as the kernel makes them (random(4), `/proc/sys/kernel/random/uuid`): for who needs a few
 * before node:crypto is loaded, which takes longer than a hundred of these.
 *
 * @throws Node.js system errors, where there is no /proc
 */
export function kernelUuid(): string {
  return readFileSync('/proc/sys/kernel/random/uuid', 'utf8').trim();
}

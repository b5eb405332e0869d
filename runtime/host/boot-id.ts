import { readTextIfExists } from './files.ts';

/**
 * What tells this boot of the kernel from every other one (proc_sys_kernel(5), random/boot_id); `undefined` when the
 * kernel does not say.
 */
export async function bootId(): Promise<string | undefined> {
  return (await readTextIfExists('/proc/sys/kernel/random/boot_id'))?.trim();
}

import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/**
 * The mask of a list of processors such as `0-3,7`, as sched_setaffinity(2) takes it: a bit a processor, in words of 64.
 *
 * @param list as `execCPUAffinity` has it: parsed by runtime/spec/cpu-affinity.ts.
 */
export function cpuMask(list: string): Uint8Array {
  let mask = 0n;
  for (const part of list.split(',').map((each) => each.trim())) {
    const [first = '', last = first] = part.split('-');
    for (let cpu = Number(first); cpu <= Number(last); cpu += 1) mask |= 1n << BigInt(cpu);
  }
  const words: bigint[] = [];
  for (let rest = mask; rest > 0n; rest >>= 64n) words.push(rest & 0xffffffffffffffffn);
  return new Uint8Array(BigUint64Array.from(words).buffer);
}

/**
 * Lets this process, and what it forks from then on, run on these processors only. An absent or empty list leaves it to
 * the kernel. Processors that there are not, or that the cgroup forbids, do not count (cpuset(7)); without any left the
 * kernel says EINVAL.
 *
 * @param field such as `process.execCPUAffinity.initial`.
 */
export function setCpuAffinity(p: ProgramBuilder, field: string, list: string | undefined): void {
  if (list === undefined || list.trim() === '') return;
  const mask = cpuMask(list);
  p.call(`set ${field} to ${list}`, 'sched_setaffinity', [0, mask.length, p.bytes(mask)]);
}

import type { ExecCpuAffinity } from '../../spec/cpu-affinity.ts';
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

/** For 8,192 processors, the most that a kernel for x86-64 can be built for. It takes a mask longer than its own. */
const everyCpu = new Uint8Array(1024).fill(0xff);

/**
 * Lets this process run on every processor that its cgroups allow, now and after it has moved to others, whatever whoever
 * started it may use: as runc 1.3. The kernel cuts the mask to what there is. Since Linux 6.2 what a process was once told
 * with sched_setaffinity(2) narrows its cpuset, so a container would be held where `taskset berth ...` or a service
 * manager's CPUAffinity= had its caller.
 */
export function allowEveryCpu(p: ProgramBuilder): void {
  const args = [0, everyCpu.length, p.bytes(everyCpu)];
  p.call('run on every processor', 'sched_setaffinity', args, { onError: 'ignore' });
}

/** The processors of what is executed in a running container, once it is in the container's cgroups. */
export function setFinalCpuAffinity(
  p: ProgramBuilder,
  { initial = '', final = '' }: ExecCpuAffinity = {},
): void {
  if (initial.trim() === '' && final.trim() === '') allowEveryCpu(p);
  else setCpuAffinity(p, 'process.execCPUAffinity.final', final);
}

import type { Spec } from '../spec/spec.ts';

/** What of a config decides which field a step carries out. */
export type StepConfig = Pick<Spec, 'mounts'> & {
  readonly linux: Pick<Spec['linux'], 'namespaces'>;
};

/** Steps that carry out a field, by how their labels begin. The fields of cgroups are below `linux.resources`. */
const cgroupFields: readonly (readonly [string, string])[] = [
  ['set CPU shares', 'cpu.shares'],
  ['set the CPU weight', 'cpu.shares'],
  ['set the CPU period', 'cpu.period'],
  ['limit CPU time', 'cpu.quota'],
  ['allow CPU bursts', 'cpu.burst'],
  ['set CPU idle', 'cpu.idle'],
  ['use CPUs', 'cpu.cpus'],
  ['use memory nodes', 'cpu.mems'],
  ['set the real-time period', 'cpu.realtimePeriod'],
  ['limit memory and swap', 'memory.swap'],
  ['limit memory of TCP', 'memory.kernelTCP'],
  ['limit memory', 'memory.limit'],
  ['limit kernel memory', 'memory.kernel'],
  ['limit swap', 'memory.swap'],
  ['reserve ', 'memory.reservation'],
  ['set swappiness', 'memory.swappiness'],
  ['switch the OOM killer off', 'memory.disableOOMKiller'],
  ['count what cgroups below use', 'memory.useHierarchy'],
  ['do not count what cgroups below use', 'memory.useHierarchy'],
  ['limit huge pages', 'hugepageLimits'],
  ['limit processes', 'pids.limit'],
  ['weigh block I/O', 'blockIO.weight'],
  ['weigh I/O of device', 'blockIO.weightDevice'],
  ['limit RDMA', 'rdma'],
  ['tag packets', 'network.classID'],
  ['give packets on', 'network.priorities'],
];

const realTime = /^allow \S+ us of real-time/;
const throttle = /^limit (.+) of device \S+ to \d+ a second$/;
const unified = /^write .* to (\S+)$/;
const mountLabels = [/^mount \S+ on (\/[^:]*)/, /^bind to (\/.*)$/, /^make (\/.*) read-only$/];
const direct = /(?:^|set |map the ids of )((?:process|linux|mounts)(?:\.[\w.]+|\[\d+\][\w.[\]]*))/;

/** The field of the config that a failed step was carrying out; `undefined` for what is of no field. */
export function fieldOfStep(step: string, config?: StepConfig): string | undefined {
  const [, named] = direct.exec(step) ?? [];
  if (named !== undefined) return named;
  const [, field] = cgroupFields.find(([label]) => step.startsWith(label)) ?? [];
  if (field !== undefined) return `linux.resources.${field}`;
  if (realTime.test(step)) return 'linux.resources.cpu.realtimeRuntime';
  if (throttle.test(step)) return 'linux.resources.blockIO';
  const [, file] = unified.exec(step) ?? [];
  if (file !== undefined) return `linux.resources.unified["${file.split('/').at(-1) ?? ''}"]`;
  if (/^enter \//.test(step)) return 'process.cwd';
  return mountOf(step, config?.mounts ?? []);
}

function mountOf(step: string, mounts: StepConfig['mounts']): string | undefined {
  const destination = mountLabels.map((label) => label.exec(step)?.[1]).find((found) => found);
  const index = mounts.findIndex((mount) => mount.destination === destination);
  return index === -1 ? undefined : `mounts[${index}]`;
}

import { describe, expect, it } from 'vitest';
import { planCgroup } from '../../../runtime/cgroup/plan.ts';
import { startError } from '../../../runtime/launch/start-error.ts';
import { fieldOfStep, type StepConfig } from '../../../runtime/launch/step-field.ts';
import { resourcesSchema, type ResourcesInput } from '../../../runtime/spec/resources.ts';
import { errnoNumber } from '../../../runtime/syscall/errno.ts';
import { stepFailure } from '../../../runtime/syscall/step-failure.ts';
import { fullV1Layout, v2Layout } from '../cgroup/layouts.ts';

const resources: ResourcesInput = {
  cpu: { shares: 512, period: 10_000, quota: 5000, burst: 10, cpus: '0', mems: '0', idle: 0 },
  memory: { limit: 1e8, swap: 2e8, reservation: 1e7, swappiness: 1, disableOOMKiller: true },
  pids: { limit: 5 },
  blockIO: {
    weight: 100,
    throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 }],
    throttleWriteIOPSDevice: [{ major: 8, minor: 0, rate: 1 }],
  },
};

const config = {
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc', options: [] },
    { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: [] },
    { destination: '/data', type: 'none', source: '/srv', options: ['bind'] },
  ],
  linux: { namespaces: [{ type: 'mount' }, { type: 'pid', path: '/proc/5/ns/pid' }] },
} as const satisfies StepConfig;

describe('the field of a step that failed', () => {
  it.each([
    ['v1', fullV1Layout],
    ['v2', v2Layout],
  ] as const)('is known of every limit of cgroup %s', (_version, layout) => {
    const plan = planCgroup({
      layout,
      path: '/berth/1',
      resources: resourcesSchema.parse(resources),
    });
    const own = new Set(plan.remove);
    const unknown = plan.writes
      .filter(({ file, onError }) => onError === 'fail' && own.has(file.replace(/\/[^/]*$/, '')))
      .map(({ label }) => label)
      // Rules that every container has are of no field.
      .filter((label) => !/ device (?:a|[bc] [\d*]+:[\d*]+ \w+)$/.test(label))
      .filter((label) => fieldOfStep(label) === undefined);
    expect(unknown).toEqual([]);
  });

  it.each([
    ['limit memory and swap to 5 bytes', 'linux.resources.memory.swap'],
    ['limit memory to 5 bytes', 'linux.resources.memory.limit'],
    ['write max 5 to /sys/fs/cgroup/x/pids.max', 'linux.resources.unified["pids.max"]'],
    ['set linux.sysctl.net.ipv4.ip_forward to 5', 'linux.sysctl.net.ipv4.ip_forward'],
    ['set linux.timeOffsets to monotonic 5', 'linux.timeOffsets'],
    ['set process.oomScoreAdj to 5', 'process.oomScoreAdj'],
    ['enter /nowhere', 'process.cwd'],
    ['mount tmpfs on /tmp', 'mounts[1]'],
    ['bind to /data', 'mounts[2]'],
    ['start a session', undefined],
    ['mount overlay on /run/x', undefined],
  ])('%s: %s', (step, field) => {
    expect(fieldOfStep(step, config)).toBe(field);
  });
});

describe('the error of a start', () => {
  const errorOf = (label: string, errno: string): unknown =>
    startError(
      stepFailure({ program: 'start x', label, call: 'write', errno: errnoNumber(errno) }),
      {
        program: 'true',
        config,
      },
    );

  it('names the field, and says what to do about it', () => {
    expect(errorOf('set the CPU period to 5 us', 'EINVAL')).toMatchObject({
      code: 'START_FAILED',
      message: 'start x: set the CPU period to 5 us: EINVAL (linux.resources.cpu.period)',
      remedy: expect.stringContaining('"linux.resources.cpu.period"') as string,
      details: { field: 'linux.resources.cpu.period', errno: 'EINVAL' },
    });
    // What the host lacks is no mistake of the config.
    expect(errorOf('mount tmpfs on /tmp', 'ENOMEM')).toMatchObject({ remedy: 'Free memory.' });
  });

  it('is of the namespace when the first process of a pid namespace is gone', () => {
    expect(errorOf('fork the container', 'ENOMEM')).toMatchObject({
      code: 'NAMESPACE_INVALID',
      details: { field: 'linux.namespaces[1].path' },
    });
  });
});

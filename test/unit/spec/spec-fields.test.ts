import { describe, expect, it } from 'vitest';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { parseSpec, parseSpecText } from '../../../runtime/spec/parse-spec.ts';
import { stringifyPrecise } from '../../../runtime/spec/precise-json.ts';

/** The smallest config with these fields of its process and of Linux. */
function config(process: object, linux: object = {}): unknown {
  return {
    ociVersion: '1.2.1',
    process: { user: { uid: 0, gid: 0 }, args: ['/hello'], cwd: '/', ...process },
    root: { path: 'rootfs' },
    linux,
  };
}

/** What SPEC_INVALID says of it. */
function refusal(json: unknown): string {
  try {
    parseSpec(json);
  } catch (error) {
    if (isBerthError(error, 'SPEC_INVALID')) return error.message;
    throw error;
  }
  throw new Error('parseSpec accepted what it should refuse');
}

describe('process.scheduler', () => {
  it('has 0 for what is left out', () => {
    const { scheduler } = parseSpec(config({ scheduler: { policy: 'SCHED_BATCH' } })).process;
    expect(scheduler).toEqual({
      policy: 'SCHED_BATCH',
      nice: 0,
      priority: 0,
      flags: [],
      runtime: 0n,
      deadline: 0n,
      period: 0n,
    });
  });

  it('takes zeros of other policies, as Go programs write them', () => {
    const scheduler = { policy: 'SCHED_IDLE', nice: 0, priority: 0, runtime: 0, deadline: 0 };
    expect(() => parseSpec(config({ scheduler }))).not.toThrow();
  });

  it('keeps deadlines beyond 2^53 exact', () => {
    const deadline = 2n ** 63n - 1n;
    const scheduler = { policy: 'SCHED_DEADLINE', runtime: 1024, deadline };
    const spec = parseSpecText(stringifyPrecise(config({ scheduler })));
    expect(spec.process.scheduler?.deadline).toBe(deadline);
  });

  const deadline = { policy: 'SCHED_DEADLINE', runtime: 2000, deadline: 3000, period: 4000 };

  it.each([
    [{}, 'policy', 'wanted one of "SCHED_OTHER"'],
    [{ policy: 'SCHED_FAST' }, 'policy', 'wanted one of "SCHED_OTHER"'],
    [{ policy: 'SCHED_OTHER', nice: -21 }, 'nice', 'wanted a whole number from -20 to 19'],
    [{ policy: 'SCHED_BATCH', nice: 20 }, 'nice', 'wanted a whole number from -20 to 19'],
    [{ policy: 'SCHED_IDLE', nice: 1 }, 'nice', 'wanted none with this policy'],
    [{ policy: 'SCHED_FIFO', priority: 1, nice: 1 }, 'nice', 'wanted none with this policy'],
    [{ policy: 'SCHED_OTHER', priority: 1 }, 'priority', 'wanted none with this policy'],
    [{ ...deadline, priority: 1 }, 'priority', 'wanted none with this policy'],
    [{ policy: 'SCHED_FIFO' }, 'priority', 'wanted a whole number from 1 to 99'],
    [{ policy: 'SCHED_RR', priority: 100 }, 'priority', 'wanted a whole number from 0 to 99'],
    [{ policy: 'SCHED_RR', priority: 1, period: 1 }, 'period', 'wanted none with this policy'],
    [{ policy: 'SCHED_OTHER', runtime: 1 }, 'runtime', 'wanted none with this policy'],
    [{ policy: 'SCHED_OTHER', deadline: 1 }, 'deadline', 'wanted none with this policy'],
    [{ policy: 'SCHED_DEADLINE' }, 'runtime', 'wanted nanoseconds from 1024 to 2^63-1'],
    [{ ...deadline, runtime: 1023 }, 'runtime', 'wanted nanoseconds from 1024'],
    [{ ...deadline, period: 2n ** 63n }, 'period', 'wanted nanoseconds from 1024 to 2^63-1'],
    [{ ...deadline, runtime: 3001 }, 'runtime', 'wanted at most the deadline'],
    [{ ...deadline, deadline: 4001 }, 'deadline', 'wanted at most the period'],
    [{ policy: 'SCHED_OTHER', flags: ['SCHED_FLAG_X'] }, 'flags[0]', 'wanted one of "SCHED_FLAG'],
  ])('%o is refused for its %s', (scheduler, field, wanted) => {
    const message = refusal(config({ scheduler }));
    expect(message).toContain(`'process.scheduler.${field}' is`);
    expect(message).toContain(wanted);
  });
});

it.each([
  [{ class: 'IOPRIO_CLASS_NONE', priority: 0 }, 'class', 'wanted one of "IOPRIO_CLASS_RT"'],
  [{ class: 'IOPRIO_CLASS_BE', priority: 8 }, 'priority', 'wanted a whole number from 0 to 7'],
  [{ class: 'IOPRIO_CLASS_BE', priority: -1 }, 'priority', 'wanted a whole number from 0 to 7'],
])('process.ioPriority of %j is refused for its %s', (ioPriority, field, wanted) => {
  const message = refusal(config({ ioPriority }));
  expect(message).toContain(`'process.ioPriority.${field}' is`);
  expect(message).toContain(wanted);
});

describe('process.execCPUAffinity', () => {
  it.each(['', '0', '0-3,7', ' 1, 4-5 ', '0-65535'])('takes "%s"', (list) => {
    const execCPUAffinity = { initial: list, final: list };
    expect(parseSpec(config({ execCPUAffinity })).process.execCPUAffinity).toEqual(execCPUAffinity);
  });

  it.each(['3-1', '1,', '-1', 'all', '0-', '1 2', '65536', '0x1'])('refuses "%s"', (final) => {
    expect(refusal(config({ execCPUAffinity: { final } }))).toContain(
      `'process.execCPUAffinity.final' is ${JSON.stringify(final)}, wanted a list of processors`,
    );
  });
});

it.each([
  [{}, 'domain', 'wanted one of "LINUX", "LINUX32"'],
  [{ domain: 'SVR4' }, 'domain', 'wanted one of "LINUX", "LINUX32"'],
  [{ domain: 'LINUX', flags: ['ADDR_NO_RANDOMIZE'] }, 'flags', 'wanted an empty list'],
])('linux.personality of %j is refused for its %s', (personality, field, wanted) => {
  const message = refusal(config({}, { personality }));
  expect(message).toContain(`'linux.personality.${field}' is`);
  expect(message).toContain(wanted);
});

describe('linux.timeOffsets', () => {
  const namespaces = [{ type: 'time' }];

  it('has 0 for what is left out of an offset', () => {
    const { linux } = parseSpec(
      config({}, { namespaces, timeOffsets: { boottime: { secs: -5 }, monotonic: {} } }),
    );
    expect(linux.timeOffsets).toEqual({
      boottime: { secs: -5, nanosecs: 0 },
      monotonic: { secs: 0, nanosecs: 0 },
    });
  });

  it.each([
    [{ realtime: { secs: 1 } }, 'timeOffsets', 'offsets of "monotonic" and "boottime"'],
    [{ boottime: { secs: 0.5 } }, 'timeOffsets.boottime.secs', 'a whole number'],
    [{ monotonic: { nanosecs: 1e9 } }, 'timeOffsets.monotonic.nanosecs', 'from 0 to 999999999'],
    [{ monotonic: { nanosecs: -1 } }, 'timeOffsets.monotonic.nanosecs', 'from 0 to 999999999'],
  ])('%j is refused', (timeOffsets, field, wanted) => {
    const message = refusal(config({}, { namespaces, timeOffsets }));
    expect(message).toContain(`'linux.${field}' is`);
    expect(message).toContain(wanted);
  });

  it.each([[[]], [[{ type: 'time', path: '/proc/1/ns/time' }]]])(
    'are refused without a namespace of their own: %j',
    (others) => {
      const timeOffsets = { boottime: { secs: 1 } };
      expect(refusal(config({}, { namespaces: others, timeOffsets }))).toContain(
        `'linux.timeOffsets' is {"boottime":{"secs":1}}, wanted none without a new "time" namespace`,
      );
      expect(() => parseSpec(config({}, { namespaces: others, timeOffsets: {} }))).not.toThrow();
    },
  );
});

it.each([
  ['process.selinuxLabel', config({ selinuxLabel: 'a:b:c:s0",x="' })],
  ['linux.mountLabel', config({}, { mountLabel: 'a:b:c:s0",noexec' })],
  ['process.apparmorProfile', config({ apparmorProfile: 'a\nchangeprofile b' })],
])('%s cannot smuggle anything in', (field, json) => {
  expect(refusal(json)).toContain(`'${field}' is`);
});

describe('linux.seccomp', () => {
  const seccomp = (fields: object): unknown =>
    config({}, { seccomp: { defaultAction: 'SCMP_ACT_ALLOW', ...fields } });

  it.each([
    [{ listenerPath: 'run/agent' }, 'listenerPath', 'wanted the absolute path of a socket'],
    [{ listenerPath: `/${'x'.repeat(107)}` }, 'listenerPath', 'of at most 107 bytes'],
    [{ listenerMetadata: 'x' }, 'listenerMetadata', 'wanted none without "listenerPath"'],
    [{ listenerPath: '', listenerMetadata: 'x' }, 'listenerMetadata', 'wanted none without'],
  ])('%j is refused for its %s', (fields, field, wanted) => {
    const message = refusal(seccomp(fields));
    expect(message).toContain(`'linux.seccomp.${field}' is`);
    expect(message).toContain(wanted);
  });

  it('takes a listener, and empty fields for none', () => {
    const listener = { listenerPath: `/${'x'.repeat(106)}`, listenerMetadata: 'x' };
    expect(parseSpec(seccomp(listener)).linux.seccomp).toMatchObject(listener);
    expect(() => parseSpec(seccomp({ listenerPath: '', listenerMetadata: '' }))).not.toThrow();
  });
});

describe('linux.intelRdt', () => {
  it('is something, even when it says nothing', () => {
    expect(parseSpec(config({}, { intelRdt: {} })).linux.intelRdt).toEqual({
      enableCMT: false,
      enableMBM: false,
    });
    expect(parseSpec(config({})).linux.intelRdt).toBeUndefined();
  });

  it.each([
    ...['a/b', '.', '..', 'a\nb', 'info', 'mon_groups'].map(
      (closID) => [{ closID }, 'closID', 'wanted the name of a folder'] as const,
    ),
    [{ closID: 5 }, 'closID', 'wanted a string'],
    [{ l3CacheSchema: ['L3:0=f'] }, 'l3CacheSchema', 'wanted a string'],
    [{ memBwSchema: 'L3:0=f' }, 'memBwSchema', 'wanted one line that begins with "MB:"'],
    [{ memBwSchema: 'MB:0=5\nL3:0=f' }, 'memBwSchema', 'wanted one line'],
    [{ enableCMT: 'yes' }, 'enableCMT', 'wanted true or false'],
    [{ enableMBM: 1 }, 'enableMBM', 'wanted true or false'],
  ] as const)('%j is refused for its %s', (intelRdt, field, wanted) => {
    const message = refusal(config({}, { intelRdt }));
    expect(message).toContain(`'linux.intelRdt.${field}' is`);
    expect(message).toContain(wanted);
  });
});

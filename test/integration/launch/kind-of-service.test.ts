import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { StartRequest } from '../../../runtime/launch/plan-start.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import { type Running } from './machine.ts';
import { writeWhenFree } from '../../support/write-when-free.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();

type Scheduler = NonNullable<SpecInput['process']['scheduler']>;

/** Starts a container, looks at it from the host, and ends it. */
async function lookAt<T>(request: StartRequest, look: (running: Running) => T): Promise<T> {
  const running = await machine().start(request);
  try {
    return look(running);
  } finally {
    running.monitor.signal(9);
    await running.ended();
  }
}

/** nice value, real-time priority and policy: fields 19, 40 and 41 of proc_pid_stat(5). */
function scheduling(pid: number): { nice: number; priority: number; policy: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return { nice: field(19), priority: field(40), policy: field(41) };
}

function scheduled(
  scheduler: Scheduler,
  process: Partial<SpecInput['process']> = {},
): StartRequest {
  return machine().request(['sleep', '60'], { process: { scheduler, ...process } });
}

describe('process.scheduler', () => {
  it('is left alone when it is absent', async () => {
    const request = machine().request(['sleep', '60']);
    expect(await lookAt(request, ({ pid }) => scheduling(pid))).toEqual(scheduling(process.pid));
  });

  it.each([
    [
      { policy: 'SCHED_OTHER', nice: -7 },
      { nice: -7, priority: 0, policy: 0 },
    ],
    [
      { policy: 'SCHED_BATCH', nice: 12 },
      { nice: 12, priority: 0, policy: 3 },
    ],
    [{ policy: 'SCHED_IDLE' }, { nice: 0, priority: 0, policy: 5 }],
  ] as const)('%j', async (scheduler, expected) => {
    expect(await lookAt(scheduled(scheduler), ({ pid }) => scheduling(pid))).toEqual(expected);
  });

  it('is set for a user without any capability, under a filter and with no_new_privs', async () => {
    const none = { bounding: [], effective: [], permitted: [] };
    const user = { uid: 1000, gid: 1000 };
    const process = { capabilities: none, user, noNewPrivileges: true };
    const request = machine().request(['sleep', '60'], {
      process: { ...process, scheduler: { policy: 'SCHED_OTHER', nice: -3 } },
      linux: {
        seccomp: {
          defaultAction: 'SCMP_ACT_ALLOW',
          syscalls: [{ names: ['sched_setattr', 'ioprio_set'], action: 'SCMP_ACT_KILL_PROCESS' }],
        },
      },
    });
    expect((await lookAt(request, ({ pid }) => scheduling(pid))).nice).toBe(-3);
  });

  it.each([
    [
      { policy: 'SCHED_FIFO', priority: 7 },
      { priority: 7, policy: 1 },
    ],
    [
      { policy: 'SCHED_RR', priority: 42 },
      { priority: 42, policy: 2 },
    ],
  ] as const)('%j', async (scheduler, expected) => {
    const request = scheduled(scheduler);
    const withdraw = allowRealTime(request);
    try {
      expect(await lookAt(request, ({ pid }) => scheduling(pid))).toMatchObject(expected);
    } finally {
      await withdraw();
    }
  });

  it('with deadlines, as chrt reads them, and children that have none', async () => {
    const scheduler: Scheduler = {
      policy: 'SCHED_DEADLINE',
      flags: ['SCHED_FLAG_RESET_ON_FORK'],
      runtime: 2_000_000,
      deadline: 40_000_000,
      period: 80_000_000,
    };
    const seen = await lookAt(scheduled(scheduler), ({ pid }) =>
      execFileSync('chrt', ['-p', String(pid)], { encoding: 'utf8' }),
    );
    expect(seen).toContain('SCHED_DEADLINE|SCHED_RESET_ON_FORK');
    expect(seen).toContain('runtime/deadline/period parameters: 2000000/40000000/80000000');
  });

  it('names the field when the kernel has no such policy', async () => {
    await expect(machine().runtime.start(scheduled({ policy: 'SCHED_ISO' }))).rejects.toMatchObject(
      {
        code: 'START_FAILED',
        message: expect.stringContaining('set process.scheduler to SCHED_ISO: EINVAL') as string,
      },
    );
  });
});

describe('process.ioPriority', () => {
  it.each([
    ['IOPRIO_CLASS_RT', 1, 'realtime: prio 1'],
    ['IOPRIO_CLASS_BE', 6, 'best-effort: prio 6'],
    ['IOPRIO_CLASS_IDLE', 0, 'idle'],
  ] as const)('%s %i, for its children too', async (name, priority, expected) => {
    const process = { ioPriority: { class: name, priority } };
    expect(await machine().shell('ionice -p 1; sh -c "ionice -p \\$\\$"', { process })).toBe(
      `${expected}\n${expected}`,
    );
  });
});

describe('linux.personality', () => {
  const script = 'uname -m; cat /proc/self/personality';

  it('LINUX32 shows a 32-bit processor, also to what the program executes', async () => {
    const personality = { domain: 'LINUX32' as const };
    const [machineName, number] = (await machine().shell(script, { linux: { personality } })).split(
      '\n',
    );
    expect(machineName).toBe(process.arch === 'x64' ? 'i686' : 'armv8l');
    expect(number).toBe('00000008');
  });

  it('LINUX is what a container has anyway', async () => {
    const plain = await machine().shell(script);
    const personality = { domain: 'LINUX' as const };
    expect(await machine().shell(script, { linux: { personality } })).toBe(plain);
    expect(plain).toContain('00000000');
  });

  it('is set before a filter that forbids it', async () => {
    const seccomp: NonNullable<SpecInput['linux']>['seccomp'] = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['personality'], action: 'SCMP_ACT_KILL_PROCESS' }],
    };
    const linux = { personality: { domain: 'LINUX32' as const }, seccomp };
    expect(await machine().shell('cat /proc/self/personality', { linux })).toBe('00000008');
  });
});

it('process.execCPUAffinity is not about the first process, whose processors stay', async () => {
  const script = 'grep Cpus_allowed_list /proc/self/status';
  const process = { execCPUAffinity: { initial: '0', final: '0' } };
  expect(await machine().shell(script, { process })).toBe(await machine().shell(script));
});

/**
 * Lets the container have real-time processes: with cgroup v1 a new group has no time for them (sched-rt-group.rst),
 * which is the host's to give. Gives a function that takes it away again.
 */
function allowRealTime({ spec }: StartRequest): () => Promise<void> {
  const cpu = '/sys/fs/cgroup/cpu';
  if (!existsSync(`${cpu}/cpu.rt_runtime_us`)) return () => Promise.resolve();
  const parent = `${cpu}/berth`;
  const own = `${cpu}${spec.linux.cgroupsPath ?? ''}`;
  mkdirSync(own, { recursive: true });
  for (const folder of [parent, own]) writeWhenFree(`${folder}/cpu.rt_runtime_us`, '10000');
  return async () => {
    if (existsSync(own)) rmdirSync(own);
    if (!existsSync(parent)) return;
    // A group that was removed counts until the kernel has forgotten it.
    await vi.waitFor(
      () => {
        writeFileSync(`${parent}/cpu.rt_runtime_us`, '0');
      },
      { timeout: 5000 },
    );
  };
}

it('a capability that nobody knows is warned of, and the others are kept', async () => {
  const set = ['CAP_KILL', 'CAP_FLY'];
  const capabilities = { bounding: set, effective: set, permitted: set };
  const request = machine().request(['grep', 'CapEff', '/proc/self/status'], {
    process: { capabilities },
  });
  const { stdout, warnings } = await machine().finish(request);
  expect(stdout).toBe('CapEff:\t0000000000000020\n');
  expect(warnings).toEqual([expect.stringContaining('"process.capabilities" has "CAP_FLY"')]);
});

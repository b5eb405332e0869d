import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { kill } from 'node:process';
import { describe, expect, it } from 'vitest';
import { type Change, type Ended, type Running } from './machine.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();

/** Runs a program under an init, to its end. */
const runUnderInit = (args: readonly string[], change: Change = {}): Promise<Ended> =>
  machine().finish({ ...machine().request(args, change), init: true });

const startUnderInit = (args: readonly string[], change: Change = {}): Promise<Running> =>
  machine().start({ ...machine().request(args, change), stdin: 'open', init: true });

/** The children of a process, as the host numbers them. */
function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** Whether a process has ended; its parent need not have reaped it. */
function hasEnded(pid: number): boolean {
  return !existsSync(`/proc/${pid}`) || stateOf(pid) === 'Z';
}

/** The state of a process: one letter (proc_pid_stat(5)). */
function stateOf(pid: number): string | undefined {
  return /\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
}

/** The process group in the foreground of a process' terminal, as the host numbers it (proc_pid_stat(5)). */
function foregroundOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[6]);
}

const namespacesWithoutPids = (['mount', 'uts', 'ipc', 'network', 'cgroup'] as const).map(
  (type) => ({ type }),
);

/** Two children: one that waits for the end of its input, and, when that has come, two orphans that have ended. */
const orphans =
  'exec 3<&0; ( (cat <&3; echo ended) & ); ( (cat <&3; echo ended) & ); exec sleep 60';

describe('who is the first process', () => {
  it('the init is, and looks like that of Docker', async () => {
    const { stdout } = await runUnderInit([
      'sh',
      '-c',
      'ps -o pid,ppid,pgid,comm,args | head -n 3 | tail -n 2; tr "\\0" "\\n" < /proc/1/environ',
    ]);
    const [init, program, environment] = stdout.split('\n');
    expect(init).toMatch(/^ +1 +0 +1 docker-init +\/sbin\/docker-init -- sh -c ps/);
    expect(program).toMatch(/^ +2 +1 +2 sh +sh -c ps/);
    expect(environment).toBe('PATH=/bin');
  });

  it('without one the program is', async () => {
    expect(await machine().shell('cat /proc/1/comm')).toBe('cat');
  });

  it('the init is there before the first instruction of the program', async () => {
    const ends = await Promise.all(
      Array.from({ length: 20 }, () => runUnderInit(['cat', '/proc/1/comm'])),
    );
    expect(new Set(ends.map(({ stdout }) => stdout))).toEqual(new Set(['docker-init\n']));
  });
});

describe('exit status', () => {
  it.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['exit 255', 255],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
    ['kill -SEGV $$', 139],
  ])('%s: %d', async (script, exitCode) => {
    const { exit } = await runUnderInit(['sh', '-c', script]);
    expect(exit).toMatchObject({ exitCode });
    // It is the init that ends, by itself.
    expect(exit.signal).toBeUndefined();
  });

  it('is that of the program, also when others of its children end before and after', async () => {
    const script = '( (exit 7) & ); (sleep 60 &); ( (exit 8) & ); exec sh -c "exit 5"';
    expect((await runUnderInit(['sh', '-c', script])).exit.exitCode).toBe(5);
  });

  it.each([
    ['/bin/none', 'EXEC_NOT_FOUND'],
    ['none', 'EXEC_NOT_FOUND'],
    ['/tmp', 'EXEC_NOT_EXECUTABLE'],
  ])('there is none for %s: %s', async (program, code) => {
    await expect(runUnderInit([program])).rejects.toMatchObject({ code });
  });

  it('there is none when the init itself cannot be', async () => {
    const change: Change = { linux: { resources: { pids: { limit: 1 } } } };
    await expect(runUnderInit(['true'], change)).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringContaining('init: fork the program: EAGAIN') as string,
    });
  });
});

describe('orphans', () => {
  it('are reaped when they end', async () => {
    const running = await startUnderInit(['sh', '-c', orphans]);
    await expect.poll(() => childrenOf(running.pid).length).toBe(3);
    running.monitor.stdin.end();
    await expect.poll(() => childrenOf(running.pid).length).toBe(1);
    running.monitor.signal(15);
    const { exit, stdout } = await running.ended();
    expect({ code: exit.exitCode, stdout }).toEqual({ code: 143, stdout: 'ended\nended\n' });
  });

  it('a thousand are', async () => {
    const script = 'i=0; while [ $i -lt 1000 ]; do (true &); i=$((i+1)); done; echo all; read x';
    const running = await startUnderInit(['sh', '-c', script]);
    await running.said('all');
    await expect.poll(() => childrenOf(running.pid).length).toBe(1);
    running.monitor.stdin.end('\n');
    await running.ended();
  });

  it('come to the init, too, where it is not number 1', async () => {
    const running = await startUnderInit(['sh', '-c', orphans], {
      linux: { namespaces: namespacesWithoutPids },
    });
    await expect.poll(() => childrenOf(running.pid).length).toBe(3);
    running.monitor.stdin.end();
    await expect.poll(() => childrenOf(running.pid).length).toBe(1);
    running.monitor.signal(15);
    expect((await running.ended()).exit.exitCode).toBe(143);
  });
});

describe('signals', () => {
  const names = {
    ...{ HUP: 1, INT: 2, QUIT: 3, ABRT: 6, USR1: 10, SEGV: 11, USR2: 12, PIPE: 13, ALRM: 14 },
    ...{ TERM: 15, CONT: 18, TSTP: 20, TTIN: 21, TTOU: 22, URG: 23, WINCH: 28, SYS: 31 },
    ...{ 34: 34, 63: 63 },
  };

  it('all are passed on', async () => {
    const traps = Object.keys(names).map((name) => `trap "echo got ${name}" ${name}`);
    const loop = 'echo ready; sleep 60 & while :; do wait; done';
    const running = await startUnderInit(['sh', '-c', [...traps, loop].join('; ')]);
    await running.said('ready');
    for (const [name, number] of Object.entries(names)) {
      running.monitor.signal(number);
      await running.said(`got ${name}\n`);
    }
    running.monitor.signal(9);
    expect((await running.ended()).exit.exitCode).toBe(137);
  });

  it('one that the program does not handle ends it, as nothing but the first process outlives it', async () => {
    const running = await startUnderInit(['sleep', '60']);
    running.monitor.signal(15);
    expect((await running.ended()).exit.exitCode).toBe(143);
  });

  it('those that came while the init was stopped are not lost', async () => {
    const running = await startUnderInit([
      'sh',
      '-c',
      'trap "exit 4" USR1; echo ready; while :; do sleep 0.1; done',
    ]);
    await running.said('ready');
    kill(running.pid, 'SIGSTOP');
    await expect.poll(() => stateOf(running.pid)).toBe('T');
    running.monitor.signal(10);
    kill(running.pid, 'SIGCONT');
    expect((await running.ended()).exit.exitCode).toBe(4);
  });

  it('to be killed is the end of all, also without process ids of its own', async () => {
    const running = await startUnderInit(['sh', '-c', 'sleep 60 & echo ready; wait'], {
      linux: { namespaces: namespacesWithoutPids },
    });
    await running.said('ready');
    const [program = 0] = childrenOf(running.pid);
    const all = [program, ...childrenOf(program)];
    expect(all.length).toBe(2);
    running.monitor.signal(9);
    expect((await running.ended()).exit.exitCode).toBe(137);
    await expect.poll(() => all.every(hasEnded)).toBe(true);
  });
});

describe('a terminal', () => {
  const terminal: Change = { process: { terminal: true } };

  it('turns Ctrl-C into a signal for the program', async () => {
    const running = await startUnderInit(['sh', '-c', 'echo ready; cat; echo no'], terminal);
    await running.said('ready');
    running.monitor.stdin.write('\u0003');
    expect((await running.ended()).exit.exitCode).toBe(130);
  });

  it('is of use to a shell with job control', async () => {
    const running = await startUnderInit(['sh', '-i'], terminal);
    const [shell = 0] = childrenOf(running.pid);
    const job = (): number => childrenOf(shell)[0] ?? -1;
    running.monitor.stdin.write('sleep 60\n');
    await expect.poll(() => foregroundOf(shell) === job()).toBe(true);
    running.monitor.stdin.write('\u001a');
    await running.said('Stopped');
    expect(foregroundOf(shell)).toBe(shell);
    running.monitor.stdin.write('fg\n');
    await expect.poll(() => foregroundOf(shell) === job()).toBe(true);
    running.monitor.stdin.write('\u0003');
    await expect.poll(() => foregroundOf(shell)).toBe(shell);
    running.monitor.stdin.write('exit 6\n');
    const { exit, stdout } = await running.ended();
    expect(stdout).not.toContain('job control');
    expect(exit.exitCode).toBe(6);
  });

  it('tells the program of a new size', async () => {
    const script = 'trap "stty size; exit 0" WINCH; echo ready; while :; do sleep 0.1; done';
    const running = await startUnderInit(['sh', '-c', script], terminal);
    await running.said('ready');
    running.monitor.resize({ rows: 33, columns: 99 });
    expect((await running.ended()).stdout).toContain('33 99');
  });
});

describe('streams', () => {
  it('the output of the container is at /proc/1/fd, and its input is held by the program alone', async () => {
    const script = 'echo out > /proc/1/fd/1; echo err > /proc/1/fd/2; ls /proc/1/fd';
    const { stdout, stderr } = await runUnderInit(['sh', '-c', script]);
    expect({ stdout, stderr }).toEqual({ stdout: 'out\n1\n2\n', stderr: 'err\n' });
  });
});

it('takes no more memory than a few pages', async () => {
  const running = await startUnderInit(['sleep', '60']);
  const smaps = readFileSync(`/proc/${running.pid}/smaps_rollup`, 'utf8');
  expect(Number(/^Pss:\s+(\d+) kB/m.exec(smaps)?.[1])).toBeLessThanOrEqual(24);
  expect(readdirSync(`/proc/${running.pid}/task`)).toHaveLength(1);
  running.monitor.signal(9);
  await running.ended();
});

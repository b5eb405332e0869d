import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest';
import { busyboxImage } from '../../integration/cli/busybox-archive.ts';
import { docker, startWithEngine } from '../berth-on-machine.ts';
import type { LabMachine } from '../machine/lab-machine.ts';
import { reportFailure } from '../report-failure.ts';

const slowMs = 1_200_000;

describe('under cgroup v2 alone', () => {
  let machine: LabMachine;

  beforeAll(async () => {
    machine = await startWithEngine();
  }, slowMs);
  afterAll(() => machine.stop());
  beforeEach(() => {
    onTestFailed(() => reportFailure(machine));
  });

  /** Runs a shell script in a container with the given options. */
  const run = (options: string, script: string) =>
    machine.run(`${docker} run --network none ${options} ${busyboxImage} sh -c '${script}'`);

  test('the machine has no other hierarchy', async () => {
    expect(await machine.must('stat --file-system --format %T /sys/fs/cgroup')).toBe('cgroup2fs');
    expect(await machine.must(`${docker} info --format '{{.CgroupVersion}}'`)).toBe('2');
  });

  test.for([
    ['--memory 32m', 'cat /sys/fs/cgroup/memory.max', '33554432'],
    ['--pids-limit 10', 'cat /sys/fs/cgroup/pids.max', '10'],
    ['--cpus 0.5', 'cat /sys/fs/cgroup/cpu.max', '50000 100000'],
    ['', 'cat /proc/self/cgroup', '0::/'],
  ] as const)('%s is what the container sees', async ([options, script, seen]) => {
    const { stdout, exitCode } = await run(`--rm ${options}`, script);
    expect({ said: stdout.trim(), exitCode }).toEqual({ said: seen, exitCode: 0 });
  });

  test('a container beyond its memory is killed, and the engine says why', async () => {
    const greedy = 'echo begin; x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done';
    const { exitCode, stdout } = await run('--name greedy --memory 16m', greedy);
    expect({ exitCode, stdout }).toEqual({ exitCode: 137, stdout: 'begin\n' });
    const state = await machine.must(
      `${docker} inspect --format '{{.State.OOMKilled}} {{.State.ExitCode}}' greedy`,
    );
    expect(state).toBe('true 137');
    await machine.must(`${docker} rm greedy`);
  });

  test('a container gets no more processes than it may have', async () => {
    const many = 'i=0; while [ $i -lt 20 ]; do sleep 5 & i=$((i+1)); done; echo all started';
    const { exitCode, stdout, stderr } = await run('--rm --pids-limit 10', many);
    expect(exitCode).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/fork/);
  });

  test('no control group stays when its container has ended', async () => {
    await run('--rm', 'true');
    expect(await machine.must('find /sys/fs/cgroup/berth -mindepth 1 -type d')).toBe('');
  });
});

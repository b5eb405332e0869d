import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { busyboxArchive } from './busybox-image.ts';
import { TestDaemon } from './test-daemon.ts';
import { removeContainers } from '../../support/empty-engine.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());
afterEach(async () => {
  await removeContainers(daemon.socket);
  expect(daemon.problems).toEqual([]);
});

const docker = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(args);

const show = async (name: string, format: string): Promise<string> =>
  (await docker('inspect', '--format', format, name)).stdout.trim();

async function run(name: string, policy: string, script: string): Promise<void> {
  const args = ['-d', '--network', 'none', '--restart', policy, '--name', name];
  const { stderr } = await docker('run', ...args, 'bb', 'sh', '-c', script);
  expect(stderr).toBe('');
}

/** Waits for the end that is to come. */
async function nextExit(name: string): Promise<void> {
  await daemon.engine.wait(name, 'next-exit', AbortSignal.timeout(20_000));
}

describe('docker run --restart', () => {
  test('on-failure:3 tries three times more', async () => {
    await run('tries', 'on-failure:3', 'echo try; exit 4');
    while ((await show('tries', '{{.State.Status}}')) !== 'exited') await nextExit('tries');
    const facts = '{{.RestartCount}} {{.State.ExitCode}} {{.HostConfig.RestartPolicy}}';
    expect(await show('tries', facts)).toBe('3 4 {on-failure 3}');
    expect((await docker('logs', 'tries')).stdout).toBe('try\n'.repeat(4));
  });

  test('always shows that it waits, and stops when told to', async () => {
    await run('loops', 'always', 'exit 5');
    for (let count = 0; count < 4; count += 1) await nextExit('loops');
    const state = '{{.State.Status}} {{.State.Running}} {{.State.Restarting}} {{.State.Pid}}';
    expect(await show('loops', state)).toBe('restarting true true 0');
    const status = (await docker('ps', '--format', '{{.State}} {{.Status}}')).stdout;
    expect(status).toMatch(/^restarting Restarting \(5\) .* ago\n$/);
    const removed = await docker('rm', 'loops');
    expect(removed.stderr).toContain('container is restarting: stop the container before');
    expect((await docker('start', 'loops')).exitCode).toBe(0);
    const exec = await docker('exec', 'loops', 'true');
    expect(exec.stderr).toMatch(/Container .* is restarting, wait until the container is running/);
    expect((await docker('stop', 'loops')).exitCode).toBe(0);
    expect(await show('loops', state)).toBe('exited false false 0');
  });

  test('of a program that somebody kills does nothing', async () => {
    await run('killed', 'always', 'sleep 100');
    await docker('kill', 'killed');
    expect(await show('killed', '{{.State.Status}} {{.RestartCount}}')).toBe('exited 0');
  });

  test.each([
    ['always:3', "maximum retry count can only be used with 'on-failure'"],
    ['odd', "unknown policy 'odd'"],
  ])('%s is refused', async (policy, problem) => {
    const { stderr } = await docker('create', '--restart', policy, '--name', 'never', 'bb');
    expect(stderr).toContain(`invalid restart policy: ${problem}`);
  });

  test('goes on in a new berthd', async () => {
    await run('first', 'always', 'sleep 100');
    await run('second', 'unless-stopped', 'exit 1');
    await docker('kill', 'first');
    await daemon.down();
    await daemon.up();
    const { signal } = new AbortController();
    // As in Docker, "always" is meant: also for one that was stopped.
    await until(async () => (await show('first', '{{.State.Status}}')) === 'running');
    // A new berthd begins to count anew, as dockerd does.
    await daemon.engine.wait('second', 'next-exit', signal);
    await daemon.engine.wait('second', 'next-exit', signal);
    expect(Number(await show('second', '{{.RestartCount}}'))).toBeGreaterThan(1);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}

test('waiting for a container that could not be started tells why', async () => {
  await docker('create', '--network', 'none', '--name', 'wrong', 'bb', 'nosuch');
  await docker('start', 'wrong');
  const url = 'http://docker/v1.51/containers/wrong/wait';
  const curl = ['-s', '-X', 'POST', '--unix-socket', daemon.socket, url];
  const { stdout } = await daemon.command('curl', curl);
  expect(JSON.parse(stdout)).toEqual({
    Error: { Message: expect.stringContaining('executable file not found') as unknown },
    StatusCode: 127,
  });
});

test('docker restart of a container with --rm keeps it', async () => {
  await docker('run', '-d', '--rm', '--network', 'none', '--name', 'stuck', 'bb', 'sleep', '100');
  const told = daemon.engine.wait('stuck', 'removed', AbortSignal.timeout(20_000));
  await docker('restart', '-t', '0', 'stuck');
  expect(await show('stuck', '{{.State.Status}}')).toBe('running');
  await docker('rm', '-f', 'stuck');
  expect(await told).toMatchObject({ exitCode: 137, error: '' });
});

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

async function start(name: string, ...command: readonly string[]): Promise<void> {
  const limits = ['--memory', '64m', '--pids-limit', '77'];
  const args = ['run', '-d', '--network', 'none', ...limits, '--name', name, 'bb', ...command];
  expect((await docker(...args)).exitCode).toBe(0);
}

/** The answer of the API itself. */
async function ask(path: string): Promise<string> {
  const url = `http://localhost/v1.51${path}`;
  return (await daemon.command('curl', ['-s', '--unix-socket', daemon.socket, url])).stdout;
}

describe('docker stats', () => {
  test('shows what runs, and what does not as nothing', async () => {
    await start('busy', 'sh', '-c', 'while :; do :; done');
    await docker('create', '--name', 'idle', 'bb');
    const format = '{{.Name}}|{{.CPUPerc}}|{{.MemUsage}}|{{.NetIO}}|{{.PIDs}}';
    const { stdout } = await docker('stats', '--no-stream', '-a', '--format', format);
    const lines = stdout.trim().split('\n').sort();
    expect(lines[0]).toMatch(/^busy\|[1-9]\d*\.\d+%\|[\d.]+[KM]iB \/ 64MiB\|0B \/ 0B\|1$/);
    expect(lines[1]).toBe('idle|0.00%|0B / 0B|0B / 0B|0');
  });

  test('goes on, also of a container that ends, until that is removed', async () => {
    await start('brief', 'sleep', '1000');
    const following = ask('/containers/brief/stats');
    await docker('kill', 'brief');
    await docker('rm', 'brief');
    const lines = (await following).trim().split('\n');
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ name: '/brief' });
  });

  test('takes one sample when one is asked for, two when processor time is to mean something', async () => {
    await start('web', 'sleep', '1000');
    const one = JSON.parse(await ask('/containers/web/stats?stream=0&one-shot=1')) as object;
    expect(one).toMatchObject({ preread: '0001-01-01T00:00:00Z', pids_stats: { current: 1 } });
    expect(one).toHaveProperty('memory_stats.limit', 64 * 1024 * 1024);
    expect(one).toHaveProperty('pids_stats.limit', 77);
    const two = JSON.parse(await ask('/containers/web/stats?stream=0')) as object;
    expect(two).not.toHaveProperty('preread', '0001-01-01T00:00:00Z');
    expect(two).toHaveProperty('precpu_stats.system_cpu_usage');
    const both = await ask('/containers/web/stats?one-shot=1');
    expect(both).toContain('cannot have stream=true and one-shot=true');
    const early = await ask('/containers/nobody/stats');
    expect(early).toContain('No such container: nobody');
  });

  test('of what is paused is that of a container that does nothing', async () => {
    await start('web', 'sleep', '1000');
    await docker('pause', 'web');
    const format = '{{.CPUPerc}} {{.PIDs}}';
    expect((await docker('stats', '--no-stream', '--format', format, 'web')).stdout).toBe(
      '0.00% 1\n',
    );
  });
});

describe('docker top', () => {
  test('lists the processes of the container, those executed too, and no others', async () => {
    await start('web', 'sh', '-c', 'sleep 1111 & exec sleep 2222');
    await docker('exec', '-d', 'web', 'sleep', '3333');
    const { stdout } = await docker('top', 'web');
    expect(stdout).toMatch(/^UID +PID +PPID .* CMD\n/);
    expect(stdout.match(/sleep \d+/g)?.toSorted()).toEqual([
      'sleep 1111',
      'sleep 2222',
      'sleep 3333',
    ]);
    const pids = await docker('top', 'web', '-eo', 'pid,args');
    expect(pids.stdout.trim().split('\n')).toHaveLength(4);
    // Which does not go together with a list of processes.
    const forest = await docker('top', 'web', 'axf');
    expect(forest.stdout.match(/sleep \d+/g)).toHaveLength(3);
  });

  test.each([
    [['-o', 'comm'], "Couldn't find PID field in ps output"],
    [['--nonsense'], 'ps: error: unknown gnu long option'],
    [['-o', 'pid', '-o', 'ppid=PID'], 'specifying "ppid=PID" is not allowed'],
  ])('%j is refused', async (args, message) => {
    await start('web', 'sleep', '1000');
    const { exitCode, stderr } = await docker('top', 'web', ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });

  test('says that a container does not run, and that there is no ps(1)', async () => {
    await docker('create', '--name', 'idle', 'bb');
    expect((await docker('top', 'idle')).stderr).toMatch(/container [0-9a-f]{64} is not running/);
    await start('web', 'sleep', '1000');
    const { PATH } = process.env;
    process.env['PATH'] = daemon.root;
    const url = `http://localhost/v1.51/containers/web/top`;
    const curl = ['-s', '--unix-socket', daemon.socket, url];
    const { stdout } = await daemon.command('/usr/bin/curl', curl);
    process.env['PATH'] = PATH;
    expect(JSON.parse(stdout)).toMatchObject({ code: 'CONTAINER_PS_FAILED' });
  });
});

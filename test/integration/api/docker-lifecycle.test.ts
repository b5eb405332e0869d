import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  const result = await docker('run', '-d', '--network', 'none', '--name', name, 'bb', ...command);
  expect(result.stderr).toBe('');
  expect(result.stdout).toMatch(/^[0-9a-f]{64}\n$/);
}

async function stateOf(name: string): Promise<string> {
  const format = '{{.State.Status}} {{.State.ExitCode}}';
  return (await docker('inspect', '--format', format, name)).stdout.trim();
}

describe('a container', () => {
  test('is stopped by its signal, waited for, started again and removed', async () => {
    await start('one', 'sh', '-c', 'trap "exit 7" TERM; echo up; while true; do sleep 0.05; done');
    await docker('logs', '-f', '--tail', '1', 'one', '--until', '0s');
    expect(await stateOf('one')).toBe('running 0');
    await untilLogged('one', 'up');
    const stopped = await docker('stop', 'one');
    expect(stopped.stdout).toBe('one\n');
    expect(await stateOf('one')).toBe('exited 7');
    expect((await docker('wait', 'one')).stdout).toBe('7\n');
    await docker('start', 'one');
    expect(await stateOf('one')).toBe('running 0');
    const refused = await docker('rm', 'one');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(
      'container is running: stop the container before removing or force remove',
    );
    await docker('rm', '-f', 'one');
    expect((await docker('ps', '-aq')).stdout).toBe('');
  });

  test('writes nothing to the disk at its end when it goes with it, and can be restarted until then', async () => {
    const rootMount = async (name: string): Promise<string | undefined> => {
      const { stdout } = await docker('exec', name, 'cat', '/proc/mounts');
      return stdout.split('\n').find((line) => line.startsWith('overlay / '));
    };
    const goes = [
      'run',
      '-d',
      '--rm',
      '--network',
      'none',
      '--name',
      'goes',
      '--stop-timeout',
      '0',
    ];
    await docker(...goes, 'bb', 'sleep', '100');
    expect(await rootMount('goes')).toMatch(/[,=]volatile[, ]/);
    await docker('exec', 'goes', 'sh', '-c', 'echo kept > /file');
    expect((await docker('restart', 'goes')).stderr).toBe('');
    expect((await docker('exec', 'goes', 'cat', '/file')).stdout).toBe('kept\n');
    expect(await rootMount('goes')).toMatch(/[,=]volatile[, ]/);
    await start('stays', 'sleep', '100');
    expect(await rootMount('stays')).not.toContain('volatile');
    await docker('rm', '-f', 'goes', 'stays');
  });

  test('that ignores its stop signal is killed when its time is up', async () => {
    await start('deaf', 'sleep', '100');
    await docker('stop', '-t', '0', 'deaf');
    expect(await stateOf('deaf')).toBe('exited 137');
  });

  test('is restarted', async () => {
    await start('again', 'sh', '-c', 'echo round; sleep 100');
    await untilLogged('again', 'round');
    await docker('restart', '-t', '0', 'again');
    await untilLogged('again', 'round\nround');
    expect(await stateOf('again')).toBe('running 0');
  });

  test('gets signals', async () => {
    await start(
      'sig',
      'sh',
      '-c',
      'trap "echo usr1; exit 4" USR1; echo up; while true; do sleep 0.05; done',
    );
    await untilLogged('sig', 'up');
    await docker('kill', '-s', 'USR1', 'sig');
    expect((await docker('wait', 'sig')).stdout).toBe('4\n');
    const dead = await docker('kill', 'sig');
    expect(dead.stderr).toMatch(
      /cannot kill container: sig: container [0-9a-f]{64} is not running/,
    );
  });

  test('keeps its name to itself, until it is renamed', async () => {
    await docker('create', '--name', 'first', 'bb');
    const conflict = await docker('create', '--name', 'first', 'bb');
    expect(conflict.stderr).toContain(
      'The container name "/first" is already in use by container "',
    );
    await docker('rename', 'first', 'second');
    const free = await docker('create', '--name', 'first', 'bb');
    expect(free.exitCode).toBe(0);
    const names = (await docker('ps', '-a', '--format', '{{.Names}}')).stdout.trim().split('\n');
    expect(names.sort()).toEqual(['first', 'second']);
  });

  test('an image is shown with the folders of its layers', async () => {
    await docker('create', '--name', 'upper', '--network', 'none', 'bb', 'true');
    await docker('cp', '/etc/hostname', 'upper:/of-upper');
    await docker('commit', 'upper', 'two-layers');
    await docker('rm', 'upper');
    const format = ['-f', '{{json .GraphDriver.Data}}'];
    const { stdout } = await docker('image', 'inspect', ...format, 'two-layers');
    const { LowerDir, UpperDir, ...others } = JSON.parse(stdout) as Record<string, string>;
    expect(existsSync(join(UpperDir ?? '', 'of-upper'))).toBe(true);
    expect(existsSync(join(LowerDir ?? '', 'bin/busybox'))).toBe(true);
    const folder = dirname(UpperDir ?? '');
    expect(others).toEqual({ MergedDir: join(folder, 'merged'), WorkDir: join(folder, 'work') });
    const one = await docker('image', 'inspect', ...format, 'bb');
    expect(Object.keys(JSON.parse(one.stdout) as object)).not.toContain('LowerDir');
    await docker('rmi', 'two-layers');
  });

  test('is shown with the folders of its files on the host, while it runs and afterwards', async () => {
    const script = 'echo own > /own; exec sleep 1000';
    await docker('run', '-d', '--network', 'none', '--name', 'files', 'bb', 'sh', '-c', script);
    const folders = async (): Promise<Record<string, string>> => {
      const { stdout } = await docker('inspect', '-f', '{{json .GraphDriver.Data}}', 'files');
      return JSON.parse(stdout) as Record<string, string>;
    };
    const { LowerDir = '', UpperDir = '', MergedDir = '', WorkDir = '' } = await folders();
    await expect.poll(() => existsSync(join(UpperDir, 'own'))).toBe(true);
    expect(LowerDir.split(':').map((layer) => existsSync(join(layer, 'bin/busybox')))).toContain(
      true,
    );
    expect(existsSync(WorkDir)).toBe(true);
    for (const path of ['own', 'bin/busybox']) expect(existsSync(join(MergedDir, path))).toBe(true);
    await docker('stop', '-t', '0', 'files');
    const stopped = await folders();
    expect(stopped).toMatchObject({ LowerDir, UpperDir, WorkDir });
    expect(existsSync(stopped['MergedDir'] ?? '/')).toBe(false);
    await docker('rm', 'files');
  });

  test('is measured when asked', async () => {
    const script = 'head -c 5000 /dev/zero >/tmp/a; touch /tmp/b; mkdir /d; busybox ln -s 1234 /l';
    await docker('run', '--network', 'none', '--name', 'big', 'bb', 'sh', '-c', script);
    const shown = await docker('ps', '-a', '--format', '{{.Size}}');
    expect(shown.stdout).toMatch(/^5kB \(virtual \d\.\d+MB\)\n$/);
    const format = '{{.SizeRw}}';
    expect((await docker('inspect', '--size', '--format', format, 'big')).stdout).toBe('5004\n');
  });

  test('is found by filters', async () => {
    await start('lively', 'sleep', '100');
    await docker(
      'run',
      '--network',
      'none',
      '--name',
      'gone',
      '--label',
      'a=b',
      'bb',
      'sh',
      '-c',
      'exit 3',
    );
    const list = async (...filters: readonly string[]): Promise<string> => {
      const args = filters.flatMap((filter) => ['--filter', filter]);
      return (await docker('ps', '-a', '--format', '{{.Names}}', ...args)).stdout.trim();
    };
    expect((await docker('ps', '--format', '{{.Names}}')).stdout).toBe('lively\n');
    expect(await list('status=exited')).toBe('gone');
    expect(await list('exited=3')).toBe('gone');
    expect(await list('label=a=b')).toBe('gone');
    expect(await list('label=origin=image')).toBe('gone\nlively');
    expect(await list('name=^live')).toBe('lively');
    expect(await list('ancestor=bb')).toBe('gone\nlively');
    expect(await list('ancestor=hello-world')).toBe('');
    expect(await list('since=lively')).toBe('gone');
    // Whatever was made from it, too.
    await docker('commit', '--change', 'CMD true', 'gone', 'derived');
    await docker('create', '--name', 'child', '--network', 'none', 'derived');
    expect(await list('ancestor=bb')).toBe('child\ngone\nlively');
    expect(await list('ancestor=derived')).toBe('child');
    expect(await list('isolation=default', 'is-task=0', 'before=gone')).toBe('lively');
    expect(await list('is-task=true')).toBe('');
    // Without a network there are no ports.
    expect(await list('expose=80-90/tcp')).toBe('');
    await docker('rm', 'child');
    const wrong = await docker('ps', '--filter', 'status=odd');
    expect(wrong.stderr).toContain("invalid filter 'status=odd'");
  });
});

/** Waits, by following the log, until a container has written something. */
async function untilLogged(name: string, text: string): Promise<void> {
  const stop = new AbortController();
  let seen = '';
  const query = { streams: ['stdout'], mode: 'follow' } as const;
  for await (const bytes of daemon.engine.logs(name, query, stop.signal)) {
    // Without the headers of frames, whose lengths are short here.
    seen += Buffer.from(bytes)
      .toString('latin1')
      .replaceAll(/[\x01\x02]\0{6}./gs, '');
    if (seen.includes(text)) return;
  }
  throw new Error(`"${text}" was never written, but "${seen}"`);
}

describe('docker logs', () => {
  test('shows lines with times, the last ones, and those since a time', async () => {
    await docker(
      'run',
      '--network',
      'none',
      '--name',
      'log',
      'bb',
      'sh',
      '-c',
      'seq 1 20; printf end',
    );
    expect((await docker('logs', 'log')).stdout).toMatch(/^1\n2\n[^]*20\nend$/);
    expect((await docker('logs', '--tail', '2', 'log')).stdout).toBe('20\nend');
    expect((await docker('logs', '--tail', '0', 'log')).stdout).toBe('');
    const times = await docker('logs', '-t', '--tail', '2', 'log');
    expect(times.stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z 20\n\S+Z end$/);
    expect(
      (await docker('logs', '--since', '2000-01-01T00:00:00', '--tail', '1', 'log')).stdout,
    ).toBe('end');
    expect((await docker('logs', '--until', '2000-01-01T00:00:00', 'log')).stdout).toBe('');
  });

  test('follows until the program ends', async () => {
    await start('slow', 'sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.1; done');
    expect((await docker('logs', '-f', 'slow')).stdout).toBe('1\n2\n3\n');
  });

  test('keeps every byte of a chatty program', async () => {
    const result = await docker(
      'run',
      '--network',
      'none',
      '--name',
      'chat',
      'bb',
      'seq',
      '1',
      '200000',
    );
    const expected = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(result.stdout === expected).toBe(true);
    expect((await docker('logs', 'chat')).stdout === expected).toBe(true);
    expect((await docker('logs', '--tail', '3', 'chat')).stdout).toBe('199998\n199999\n200000\n');
  });
});

describe('another berthd', () => {
  test('finds what runs, what ended meanwhile, and what was to be removed', async () => {
    await start('runs', 'sh', '-c', 'echo before; read x; echo after; sleep 100');
    await start('ends', 'sh', '-c', 'sleep 0.3; echo late; exit 9');
    await docker('run', '-d', '--rm', '--network', 'none', '--name', 'goes', 'bb', 'sleep', '0.3');
    const { ids } = await pidsOf(['ends', 'goes']);
    await daemon.down();
    await Promise.all(ids.map(untilGone));
    await daemon.up();
    expect(await stateOf('runs')).toBe('running 0');
    expect(await stateOf('ends')).toBe('exited 9');
    expect((await docker('logs', 'ends')).stdout).toBe('late\n');
    expect((await docker('inspect', 'goes')).stderr).toContain('No such object: goes');
    await docker('stop', '-t', '0', 'runs');
    expect(await stateOf('runs')).toBe('exited 137');
  });
});

async function pidsOf(names: readonly string[]): Promise<{ readonly ids: readonly number[] }> {
  const { stdout } = await docker('inspect', '--format', '{{.State.Pid}}', ...names);
  return { ids: stdout.trim().split('\n').map(Number) };
}

/** Resolves when a process is gone; one that had ended before it was asked for has the number 0. */
async function untilGone(pid: number): Promise<void> {
  await expect.poll(() => pid !== 0 && existsSync(`/proc/${pid}`), { interval: 5 }).toBe(false);
}

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import type { ContainerEvent } from '../../../runtime/container/events/container-event.ts';
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

const quick = ['--health-interval', '50ms', '--health-retries', '2'];

async function run(name: string, ...options: readonly string[]): Promise<void> {
  const args = ['-d', '--network', 'none', '--name', name, ...options];
  const { stderr } = await docker('run', ...args, 'bb', 'sleep', '1000');
  expect(stderr).toBe('');
}

/** Resolves with the next event that is wanted. */
function event(wanted: (event: ContainerEvent) => boolean): Promise<ContainerEvent> {
  return new Promise((resolve) => {
    const stop = daemon.engine.onEvent((each) => {
      if (!wanted(each)) return;
      stop();
      resolve(each);
    });
  });
}

const becomes = (status: string): Promise<ContainerEvent> =>
  event(({ action }) => action === `health_status: ${status}`);
const probed = (): Promise<ContainerEvent> => event(({ action }) => action === 'exec_die');

describe('a container with a health check', () => {
  test('becomes healthy, then unhealthy, and everybody sees it', async () => {
    const healthy = becomes('healthy');
    const check = 'test ! -e /tmp/ill && echo fine';
    await run('well', ...quick, '--health-cmd', check);
    expect(await show('well', '{{.State.Health.Status}}')).toMatch(/^(starting|healthy)$/);
    await healthy;
    expect((await docker('ps', '--format', '{{.Status}}')).stdout).toMatch(/^Up .* \(healthy\)\n$/);
    const last = '{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}';
    expect(await show('well', last)).toBe('0 fine');
    const listed = async (health: string): Promise<string> =>
      (await docker('ps', '-q', '--filter', `health=${health}`)).stdout;
    expect([await listed('unhealthy'), await listed('none')]).toEqual(['', '']);
    expect(await listed('healthy')).not.toBe('');
    const unhealthy = becomes('unhealthy');
    await docker('exec', 'well', 'touch', '/tmp/ill');
    await unhealthy;
    expect(await show('well', '{{.State.Health.Status}}')).toBe('unhealthy');
    expect(Number(await show('well', '{{.State.Health.FailingStreak}}'))).toBeGreaterThan(1);
  });

  test('keeps the last five results, and 4096 bytes of each', async () => {
    await run('loud', ...quick, '--health-cmd', 'head -c 10000 /dev/zero | tr "\\0" x; exit 1');
    for (let count = 0; count < 7; count += 1) await probed();
    const lengths = '{{range .State.Health.Log}}{{len .Output}} {{end}}';
    expect(await show('loud', lengths)).toBe('4099 '.repeat(5).trim());
  });

  test('has probes killed that take too long, with what they have started', async () => {
    const ill = becomes('unhealthy');
    const options = [...quick, '--health-timeout', '100ms', '--health-retries', '1'];
    await run('slow', ...options, '--health-cmd', 'echo begun; sleep 500 & sleep 600');
    await ill;
    const first = '{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}';
    expect(await show('slow', first)).toBe('-1 Health check exceeded timeout (100ms): begun');
    const top = await docker('exec', 'slow', 'ps', '-o', 'args');
    expect(top.stdout).not.toContain('sleep 600');
  });

  test('is not asked twice at the same time', async () => {
    // Whoever finds the lock held says so by ending differently.
    const check = 'mkdir /tmp/lock || exit 9; sleep 0.2; rmdir /tmp/lock';
    await run('one', '--health-interval', '1ms', '--health-cmd', check);
    for (let count = 0; count < 5; count += 1) {
      expect((await probed()).attributes['exitCode']).toBe('0');
    }
  });

  test('says so when the check cannot be executed', async () => {
    const ill = becomes('unhealthy');
    const request = {
      Image: 'bb',
      Cmd: ['sleep', '1000'],
      HostConfig: { NetworkMode: 'none' },
      Healthcheck: { Test: ['CMD', 'nosuch'], Interval: 5e7, Retries: 1 },
    };
    const body = JSON.stringify(request);
    const curl = ['-s', '--unix-socket', daemon.socket, '-H', 'Content-Type: application/json'];
    const url = 'http://docker/v1.51/containers/create?name=cmd';
    await daemon.command('curl', [...curl, '-d', body, url]);
    await docker('start', 'cmd');
    await ill;
    const first = '{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}';
    expect(await show('cmd', first)).toMatch(/^-1 .*exec: "nosuch": executable file not found/);
  });

  test('starts with "starting" at each start, and in a new berthd', async () => {
    let healthy = becomes('healthy');
    await run('again', ...quick, '--health-cmd', 'true');
    await healthy;
    await docker('stop', '-t', '0', 'again');
    expect(await show('again', '{{.State.Health.Status}}')).toBe('unhealthy');
    healthy = becomes('healthy');
    await docker('start', 'again');
    await healthy;
    await daemon.down();
    await daemon.up();
    await becomes('healthy');
    expect(await show('again', '{{.State.Health.Status}}')).toBe('healthy');
  });

  test('may fail while it starts', async () => {
    const options = ['--health-start-period', '1h', '--health-start-interval', '20ms'];
    const healthy = becomes('healthy');
    await run('period', ...options, '--health-retries', '1', '--health-cmd', 'test -e /tmp/up');
    await probed();
    await probed();
    const facts = '{{.State.Health.Status}} {{.State.Health.FailingStreak}}';
    expect(await show('period', facts)).toBe('starting 0');
    expect((await docker('ps', '--format', '{{.Status}}')).stdout).toContain('(health: starting)');
    await docker('exec', 'period', 'touch', '/tmp/up');
    await healthy;
  });
});

test('a health check of the image is used, completed and left out', async () => {
  const check = 'HEALTHCHECK --interval=50ms CMD true';
  await docker('create', '--name', 'base', 'bb');
  await docker('commit', '--change', check, 'base', 'checked');
  const args = ['--network', 'none', 'checked', 'sleep', '1000'];
  const healthy = becomes('healthy');
  await docker('run', '-d', '--name', 'own', '--health-retries', '7', ...args);
  await healthy;
  expect(await show('own', '{{json .Config.Healthcheck}}')).toBe(
    '{"Test":["CMD-SHELL","true"],"Interval":50000000,"Retries":7}',
  );
  await docker('run', '-d', '--name', 'without', '--no-healthcheck', ...args);
  expect(await show('without', '{{json .Config.Healthcheck}} {{json .State.Health}}')).toBe(
    '{"Test":["NONE"],"Interval":50000000} null',
  );
  await docker('rm', '-f', 'own', 'without');
  await docker('rmi', 'checked');
});

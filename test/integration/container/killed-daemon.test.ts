import { readFileSync } from 'node:fs';

import { expect, onTestFinished, test, vi } from 'vitest';

import { busyboxArchive } from '../api/busybox-image.ts';
import { RealBerthd } from './real-berthd.ts';

test('a berthd that is killed loses nothing', async () => {
  const berthd = new RealBerthd();
  await berthd.start();
  onTestFinished(async () => {
    await berthd.docker('rm', '-f', 'talks', 'silent', 'created');
    await berthd.destroy();
  });
  await berthd.docker('load', '-i', busyboxArchive(berthd.root));
  const none = ['--network', 'none'];
  const script = 'i=0; while true; do i=$((i+1)); echo $i; sleep 0.01; done';
  await berthd.docker('run', '-d', ...none, '--name', 'talks', 'bb', 'sh', '-c', script);
  await berthd.docker('run', ...none, '--name', 'silent', 'bb', 'sh', '-c', 'exit 11');
  await berthd.docker('run', '-d', '--rm', ...none, '--name', 'brief', 'bb', 'sleep', '0.2');
  await berthd.docker('create', ...none, '--name', 'created', 'bb');
  const pid = await berthd.docker('inspect', '--format', '{{.State.Pid}}', 'talks');
  const before = Number((await berthd.docker('logs', '--tail', '1', 'talks')).trim());

  await berthd.end('SIGKILL');
  process.kill(Number(pid), 0);
  await berthd.start();

  expect(await berthd.docker('inspect', '--format', '{{.State.Pid}}', 'talks')).toBe(pid);
  const states = await berthd.docker('ps', '-a', '--format', '{{.Names}} {{.State}}');
  const kept = states
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('brief'));
  expect(kept).toEqual(['created created', 'silent exited', 'talks running']);
  expect(await berthd.docker('wait', 'silent')).toBe('11\n');
  const lines = (await berthd.docker('logs', 'talks')).trim().split('\n').map(Number);
  expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => index + 1));
  expect(lines.length).toBeGreaterThan(before);
  await berthd.docker('wait', 'brief');
  expect(await berthd.docker('ps', '-aq', '--filter', 'name=brief')).toBe('');
});

test('a berthd that is told to stop ends at once, and containers run on', async () => {
  const berthd = new RealBerthd();
  await berthd.start();
  onTestFinished(async () => {
    await berthd.docker('rm', '-f', 'stays');
    await berthd.destroy();
  });
  await berthd.docker('load', '-i', busyboxArchive(berthd.root));
  await berthd.docker('run', '-d', '--network', 'none', '--name', 'stays', 'bb', 'sleep', '1000');
  const pid = await berthd.docker('inspect', '--format', '{{.State.Pid}}', 'stays');
  await berthd.end('SIGTERM');
  process.kill(Number(pid), 0);
  await berthd.start();
  expect(
    await berthd.docker('inspect', '--format', '{{.State.Running}} {{.State.Pid}}', 'stays'),
  ).toBe(`true ${pid}`);
});

test('a berthd that is told to stop ends, whatever it is about to do', async () => {
  const berthd = new RealBerthd();
  await berthd.start();
  onTestFinished(async () => {
    await berthd.docker('rm', '-f', 'slow', 'waits', 'well');
    await berthd.destroy();
  });
  await berthd.docker('load', '-i', busyboxArchive(berthd.root));
  const run = (name: string, ...args: readonly string[]): Promise<string> =>
    berthd.docker('run', '-d', '--network', 'none', '--name', name, ...args);
  const id = (await run('slow', '--restart', 'always', 'bb', 'sleep', '1000')).trim();
  await run('waits', '--restart', 'always', 'bb', 'false');
  await run(
    'well',
    '--health-cmd',
    'sleep 1000',
    '--health-interval',
    '10ms',
    'bb',
    'sleep',
    '1000',
  );
  // Of two clients one waits for its stop for an hour, the other for a restart that is finished later.
  const clients = [
    berthd.docker('stop', '-t', '3600', 'slow'),
    berthd.docker('restart', '-t', '0', 'well'),
  ];
  await vi.waitFor(() => {
    const record = readFileSync(`${berthd.root}/data/containers/${id}/container.json`, 'utf8');
    expect(JSON.parse(record)).toMatchObject({ manuallyStopped: true });
  });
  await berthd.end('SIGTERM');
  await Promise.all(clients);
  await berthd.start();
  const wanted: unknown = expect.stringMatching(
    /slow running[^]*well running|well running[^]*slow running/,
  );
  await vi.waitFor(
    async () => {
      expect(await berthd.docker('ps', '--format', '{{.Names}} {{.State}}')).toEqual(wanted);
    },
    { timeout: 20_000, interval: 100 },
  );
});

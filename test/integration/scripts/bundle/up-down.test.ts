import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readFile, readdir } from 'node:fs/promises';
import { snapshotTree } from '../support/temp-host.ts';
import { makePrivateHost, processesIn, type PrivateHost } from '../support/private-host.ts';
import { until } from '../support/until.ts';
import { sharedBundle, type SharedBundle } from '../support/shared-bundle.ts';

let bundle: SharedBundle;
let host: PrivateHost;

beforeAll(async () => {
  bundle = await sharedBundle();
}, 240_000);
beforeEach(async () => {
  host = await makePrivateHost();
  const own = 'mount -t tmpfs -o mode=755 opt /opt && mount -t tmpfs -o mode=755 local /usr/local';
  await host.start(['sh', '-c', own]).ended;
});
afterEach(async () => {
  await host.start(['sh', '-c', '/opt/berth/current/bin/berth down --purge --yes']).ended;
  await host.remove();
});

const everything = async (): Promise<readonly string[]> => [
  ...(await host.snapshot()),
  ...(await snapshotTree(host.path('/opt'))),
  ...(await snapshotTree(host.path('/usr/local'))),
];

test('one line leads to hello-world, and "berth down --purge" leaves nothing', async () => {
  const before = await everything();
  const first = await host.start([
    ...([
      'sh',
      `${bundle.unpacked}/install.sh`,
      '--skip',
      'sysctl.forward=not a test of it',
    ] as const),
  ]).ended;
  expect(first.stdout).toContain('Hello from berth!');
  expect(first.stdout).toContain('berth is up.');
  expect(first).toMatchObject({ exitCode: 0 });

  const daemon = await until('a process named berthd', async () =>
    (await processesIn(host)).find((line) => line.endsWith('(berthd)')),
  );
  const command = await readFile(`/proc/${daemon.split(' ')[0]}/cmdline`, 'utf8');
  expect(command.replaceAll('\0', ' ')).toMatch(
    /^\/opt\/berth\/[^/ ]+\/bin\/node .*\/start\/berthd --config \/etc\/berth\/daemon\.json $/,
  );

  const run = await host.start(['/usr/local/bin/berth', 'run', '--rm', 'hello-world']).ended;
  expect(run.stdout).toContain('Hello from berth!');

  const down = await host.start(['/usr/local/bin/berth', 'down', '--purge', '--yes']).ended;
  expect(down.stderr).toBe('');
  expect(down).toMatchObject({ exitCode: 0 });
  expect(await everything()).toEqual(before);
  expect(await processesIn(host)).toEqual([]);
}, 120_000);

test('"berth down" leaves berth itself, for the next "berth up"', async () => {
  await host.start(['sh', `${bundle.unpacked}/install.sh`, '--install-only']).ended;
  const installed = await everything();
  const up = [
    '/usr/local/bin/berth',
    'up',
    '--no-smoke-test',
    '--skip',
    'sysctl.forward=x',
  ] as const;
  expect(await host.start(up).ended).toMatchObject({ exitCode: 0 });
  const down = await host.start(['/usr/local/bin/berth', 'down']).ended;
  expect(down).toMatchObject({ exitCode: 0 });
  expect(down.stdout).toContain(
    'The host is as it was, but for berth itself in /opt/berth; remove it with: berth down --purge',
  );
  expect(await readdir(host.path('/opt/berth'))).toContain('current');
  expect(await host.start(up).ended).toMatchObject({ exitCode: 0 });
  const end = ['/usr/local/bin/berth', 'down', '--purge', '--yes'] as const;
  expect(await host.start(end).ended).toMatchObject({ exitCode: 0 });
  expect(await readdir(host.path('/opt'))).toEqual([]);
  expect(installed.length).toBeGreaterThan(0);
}, 120_000);

test('"berth down --purge" says that berth goes, also where nothing else was done', async () => {
  await host.start(['sh', `${bundle.unpacked}/install.sh`, '--install-only']).ended;
  const down = await host.start(['/usr/local/bin/berth', 'down', '--purge', '--yes']).ended;
  expect(down).toMatchObject({ exitCode: 0 });
  expect(down.stdout).toMatch(/Nothing to undo[\s\S]*itself is removed from \/opt\/berth/);
  expect(await readdir(host.path('/opt'))).toEqual([]);
}, 120_000);

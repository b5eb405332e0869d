import { afterAll, beforeAll, expect, test } from 'vitest';
import { NetworkedDaemon } from '../networked-daemon.ts';

let daemon: NetworkedDaemon;

beforeAll(async () => {
  daemon = await NetworkedDaemon.start({ icc: false });
});
afterAll(() => daemon.stop());

const sleep = ['bb', 'sleep', '1000'];

/** What a container that is linked gets from the one that it calls `db`. */
async function ask(container: string, port: number): Promise<string> {
  const url = `http://db:${port}/`;
  const wget = ['busybox', 'timeout', '3', 'busybox', 'wget', '-qO-', url];
  return (await daemon.tryDocker('exec', container, ...wget)).stdout;
}

async function startDb(): Promise<void> {
  const httpd = 'echo here > /tmp/index.html; for p in 80 81; do busybox httpd -p $p -h /tmp; done';
  const script = `${httpd}; exec busybox sleep 1000`;
  const of = ['--expose', '80', '-e', 'USER=me', '-h', 'store'];
  await daemon.docker('run', '-d', '--name', 'db1', ...of, 'bb', 'busybox', 'sh', '-c', script);
}

test('a linked container has a name, variables, and its exposed ports open', async () => {
  await startDb();
  await daemon.docker('run', '-d', '--name', 'web', '--link', 'db1:db', ...sleep);
  expect(await daemon.docker('exec', 'web', 'busybox', 'cat', '/etc/hosts')).toContain(
    '172.17.0.2\tdb store db1\n',
  );
  for (const begin of [
    ['exec', 'web'],
    ['run', '--rm', '--link', 'db1:db', '--name', 'env', 'bb'],
  ]) {
    const env = await daemon.docker(...begin, 'busybox', 'env');
    expect(env).toContain('DB_PORT_80_TCP=tcp://172.17.0.2:80\n');
    expect(env).toContain('DB_ENV_USER=me\n');
    expect(env).toMatch(/^DB_NAME=\/(?:web|env)\/db$/m);
  }
  expect(await ask('web', 80)).toBe('here\n');
  expect(await ask('web', 81)).toBe('');
  await daemon.docker('run', '-d', '--name', 'stranger', '--add-host', 'db:172.17.0.2', ...sleep);
  expect(await ask('stranger', 80)).toBe('');
  expect(await daemon.docker('inspect', '-f', '{{json .HostConfig.Links}}', 'web')).toBe(
    '["/db1:/web/db"]',
  );
  expect(await daemon.docker('ps', '--no-trunc', '--format', '{{.Names}}')).toContain('db1,web/db');
  expect(await daemon.docker('inspect', '-f', '{{.Name}}', 'web/db')).toBe('/db1');
});

test('a link follows the other container: renamed, with another address, and when berthd was away', async () => {
  await daemon.docker('rename', 'db1', 'db2');
  await daemon.docker('stop', '-t', '0', 'db2');
  const refused = await daemon.tryDocker('run', '--rm', '--name', 'late', '--link', 'db2:db', 'bb');
  expect(refused.stderr).toContain('Cannot link to a non running container: /db2 AS /late/db');
  // Somebody else takes the address.
  await daemon.docker('run', '-d', '--name', 'other', ...sleep);
  await daemon.docker('start', 'db2');
  const address = await daemon.docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', 'db2');
  expect(address).not.toBe('172.17.0.2');
  expect(await daemon.docker('exec', 'web', 'busybox', 'cat', '/etc/hosts')).toContain(
    `${address}\tdb store db1\n`,
  );
  expect(await ask('web', 80)).toBe('here\n');
  await daemon.restart('SIGKILL');
  expect(await ask('web', 80)).toBe('here\n');
});

test('rm --link takes the link away, and neither container', async () => {
  const own = await daemon.tryDocker('rm', '--link', 'db2');
  expect(own.stderr).toContain('cannot remove the default link name of the container');
  await daemon.docker('rm', '--link', 'web/db');
  expect(await daemon.docker('ps', '--format', '{{.Names}}')).toContain('db2');
  const script = 'busybox wget -T 3 -qO- http://$1/ || echo closed';
  const address = await daemon.docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', 'db2');
  const said = ['exec', 'web', 'busybox', 'sh', '-c', script, 'sh', address];
  expect(await daemon.docker(...said)).toBe('closed');
  expect(await daemon.docker('exec', 'web', 'busybox', 'cat', '/etc/hosts')).not.toContain('\tdb ');
  expect(await daemon.docker('inspect', '-f', '{{json .HostConfig.Links}}', 'web')).toBe('null');
  for (const [link, words] of [
    ['nobody', 'could not get container for nobody'],
    ['self', 'could not get container for self'],
  ] as const) {
    const { status, stderr } = await daemon.tryDocker(
      'create',
      '--name',
      'self',
      '--link',
      link,
      'bb',
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining(words)]);
  }
});

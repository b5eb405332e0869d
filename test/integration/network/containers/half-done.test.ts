import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../scripts/support/until.ts';
import { NetworkedDaemon } from '../networked-daemon.ts';

let daemon: NetworkedDaemon;

beforeAll(async () => {
  daemon = await NetworkedDaemon.start();
  for (const name of ['front', 'back']) await daemon.docker('network', 'create', name);
  await daemon.docker('run', '-d', '--name', 'web', '--network', 'front', 'bb', 'sleep', '1000');
});
afterAll(() => daemon.stop());

type Json = Record<string, unknown>;

/** Changes a file of berthd's that there is one of, as a berthd that was killed has left it. */
function change(pattern: string, edit: (content: Json) => Json): void {
  const [path = ''] = globSync(join(daemon.berthd.root, pattern));
  writeFileSync(path, JSON.stringify(edit(JSON.parse(readFileSync(path, 'utf8')) as Json)));
}

const record = 'data/containers/*/container.json';
const sandbox = 'run/networks/*.json';

/** Networks that the container shows, and interfaces and addresses that it has. */
async function seen(): Promise<object> {
  const { stdout: shown } = await daemon.tryDocker(
    ...[
      'inspect',
      '-f',
      '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}',
      'web',
    ],
  );
  const { stdout: links } = await daemon.tryDocker('exec', 'web', 'ls', '/sys/class/net');
  const { stdout: hosts } = await daemon.tryDocker('exec', 'web', 'cat', '/etc/hosts');
  const own = hosts.split('\n').filter((line) => line.startsWith('172.'));
  return { shown: shown.trim(), links: links.trim().split('\n'), addresses: own.length };
}

async function becomes(wanted: object): Promise<void> {
  await until('the networks of the record', async () => {
    const found = await seen();
    return JSON.stringify(found) === JSON.stringify(wanted) ? true : undefined;
  });
}

test('what a berthd was killed in the middle of connecting and disconnecting becomes what the record says', async () => {
  await daemon.docker('network', 'connect', 'back', 'web');
  const both = { shown: 'back front', links: ['eth0', 'eth1', 'lo'], addresses: 2 };
  expect(await seen()).toEqual(both);

  // Killed when the record was written, and the interface was on its way.
  await daemon.berthd.end('SIGKILL');
  const [, port] = daemon.links('host').filter((name) => name.startsWith('veth'));
  await daemon.run('host', 'ip', 'link', 'delete', port ?? '');
  change(sandbox, (found) => ({
    ...found,
    changing: (found['endpoints'] as { id: string; portName: string }[])
      .filter(({ portName }) => portName === port)
      .map(({ id }) => id),
  }));
  await daemon.berthd.run();
  await becomes(both);

  // Killed when the record said that it is no more to be connected, and nothing else was done.
  await daemon.berthd.end('SIGKILL');
  change(record, (found) => {
    const { front } = found['networks'] as Json;
    return { ...found, networks: { front } };
  });
  await daemon.berthd.run();
  await becomes({ shown: 'front', links: ['eth0', 'lo'], addresses: 1 });
  await daemon.docker('network', 'rm', 'back');
});

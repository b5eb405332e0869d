import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { until } from '../scripts/support/until.ts';
import { NetworkedDaemon, wire } from './networked-daemon.ts';
import { SmallDisk } from './small-disk.ts';

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

let data: SmallDisk;
let run: SmallDisk;
let daemon: NetworkedDaemon;

beforeAll(async () => {
  data = new SmallDisk('size=48m');
  run = new SmallDisk('size=16m,nr_inodes=2000');
  daemon = await NetworkedDaemon.start({ 'data-root': data.folder, 'exec-root': run.folder });
  await daemon.docker('network', 'create', 'front');
  await daemon.docker('network', 'create', 'back');
});

afterAll(async () => {
  for (const disk of [data, run]) {
    disk.makeWritable();
    disk.empty();
  }
  try {
    await daemon.stop();
  } finally {
    data.close();
    run.close();
  }
});

afterEach(() => {
  for (const disk of [data, run]) {
    disk.makeWritable();
    disk.empty();
  }
});

async function ask(method: string, path: string, body: object = {}): Promise<Answer> {
  const { socket } = daemon.berthd;
  const json = ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)];
  const { stdout } = await daemon.berthd.command('curl', [
    ...['-s', '--unix-socket', socket, '-X', method, ...json, '-w', '\n%{http_code}'],
    `http://berth${path}`,
  ]);
  const at = stdout.lastIndexOf('\n');
  const text = stdout.slice(0, at).trim();
  const answer = text === '' ? {} : (JSON.parse(text) as Answer['body']);
  return { status: Number(stdout.slice(at + 1)), body: answer };
}

/** What of networks there is: on the host, in its firewall, and in berthd's folders. */
async function everything(): Promise<object> {
  const files = (disk: SmallDisk, name: string): readonly string[] => {
    const folder = join(disk.folder, name);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  };
  return {
    links: daemon.links('host'),
    rules: await daemon.rules(),
    networks: files(data, 'networks'),
    sandboxes: files(run, 'networks'),
    names: await daemon.docker('network', 'ls', '--format', '{{.Name}}'),
  };
}

/** An answer that names the file and what to do; `reason` in the kernel's words. */
function refusal(folder: string, reason = 'no space left on device'): object {
  return {
    status: 500,
    body: {
      code: 'DISK_UNWRITABLE',
      message: expect.stringMatching(new RegExp(`${folder}/\\S+: ${reason}$`)) as unknown,
      remedy: expect.stringContaining('try again') as unknown,
    },
  };
}

const httpd = ['busybox', 'httpd', '-f', '-p', '80', '-h', '/etc'];
const readOnly = 'read-only file system';
const server = { Image: 'bb', Cmd: ['sleep', '1000'], HostConfig: { NetworkMode: 'front' } };

test('a network that cannot be written down is not made, and one whose record stays is not removed', async () => {
  const folder = join(data.folder, 'networks');
  const create = (Name: string): Promise<Answer> => ask('POST', '/networks/create', { Name });
  const before = await everything();
  data.fill();
  expect(await create('first')).toMatchObject(refusal(folder));
  expect(await everything()).toEqual(before);
  data.empty();
  data.makeReadOnly('networks');
  expect(await create('first')).toMatchObject(refusal(folder, readOnly));
  expect(await everything()).toEqual(before);
  data.makeWritable();
  run.makeReadOnly('networks');
  expect(await create('first')).toMatchObject(refusal(join(run.folder, 'networks'), readOnly));
  expect(await everything()).toEqual(before);
  run.makeWritable();

  expect(await create('first')).toMatchObject({ status: 201 });
  const made = await everything();
  data.makeReadOnly('networks');
  expect(await ask('DELETE', '/networks/first')).toMatchObject(refusal(folder, readOnly));
  data.makeWritable();
  // The same interfaces and rules, made anew.
  expect(await everything()).toEqual(made);
  data.fill();
  expect(await ask('DELETE', '/networks/first')).toMatchObject({ status: 204 });
  data.empty();
  expect(await create('first')).toMatchObject({ status: 201 });
});

test('a container starts, is connected and disconnected whole, or not at all', async () => {
  const { body } = await ask('POST', '/containers/create?name=web', server);
  const id = String(body['Id']);
  const start = (): Promise<Answer> => ask('POST', '/containers/web/start');
  const change = (action: string): Promise<Answer> =>
    ask('POST', `/networks/back/${action}`, { Container: 'web' });
  const netns = join(run.folder, 'netns');
  const before = await everything();

  run.fillInodes();
  expect(await start()).toMatchObject(refusal(run.folder));
  run.empty();
  await until('nothing of it', async () => {
    expect(await everything()).toEqual(before);
    return true;
  });
  run.makeReadOnly('networks');
  expect(await start()).toMatchObject(refusal(join(run.folder, 'networks'), readOnly));
  run.makeWritable();
  expect(await everything()).toEqual(before);
  expect(await start()).toMatchObject({ status: 204 });
  const address = await daemon.docker('exec', 'web', 'ip', '-4', '-o', 'address', 'show', 'eth0');
  // No address is lost to what did not work.
  expect(address).toMatch(/\.2\/16/);
  expect(readdirSync(netns).length).toBeLessThanOrEqual(5);

  const running = await everything();
  const inside = (): Promise<string> =>
    daemon.docker('exec', 'web', 'cat', '/etc/hosts', '/proc/net/dev');
  const names = async (): Promise<readonly string[]> =>
    [...(await inside()).matchAll(/eth\d/g)].map(String);
  for (const [disk, folder] of [
    [run, 'networks'],
    [data, `containers/${id}`],
  ] as const) {
    disk.makeReadOnly(folder);
    expect(await change('connect')).toMatchObject(refusal(join(disk.folder, folder), readOnly));
    disk.makeWritable();
    expect(await everything()).toEqual(running);
    expect(await names()).toEqual(['eth0']);
  }
  run.fillInodes();
  expect(await change('connect')).toMatchObject(refusal(run.folder));
  run.empty();
  expect(await everything()).toEqual(running);
  expect(await change('connect')).toMatchObject({ status: 200 });
  expect(await names()).toEqual(['eth0', 'eth1']);

  // What comes behind that is no reason to say that it has not happened; the next berthd does it.
  const hostsFile = `containers/${id}/hosts`;
  data.makeReadOnly(hostsFile);
  expect(await change('disconnect')).toMatchObject({ status: 200 });
  expect(await names()).toEqual(['eth0']);
  expect(await change('connect')).toMatchObject({ status: 200 });
  expect(await names()).toEqual(['eth0', 'eth1']);
  const told = daemon.berthd.log.map((line) => JSON.stringify(line));
  expect(told.filter((line) => line.includes(`${hostsFile}'"`))).toHaveLength(2);
  data.makeWritable();

  const both = await everything();
  const hosts = await daemon.docker('exec', 'web', 'cat', '/etc/hosts');
  for (const [fail, mend] of [
    [
      () => {
        run.fillInodes();
      },
      () => {
        run.empty();
      },
    ],
    [
      () => {
        data.fill();
      },
      () => {
        data.empty();
      },
    ],
    [
      () => {
        run.makeReadOnly('networks');
      },
      () => {
        run.makeWritable();
      },
    ],
  ] as const) {
    fail();
    const answer = await change('disconnect');
    mend();
    expect(answer).toMatchObject({ status: 500, body: { code: 'DISK_UNWRITABLE' } });
    expect(await everything()).toEqual(both);
    expect(await daemon.docker('exec', 'web', 'cat', '/etc/hosts')).toBe(hosts);
  }
  expect(await change('disconnect')).toMatchObject({ status: 200 });
  expect(await names()).toEqual(['eth0']);
  expect(await change('connect')).toMatchObject({ status: 200 });
  expect(await everything()).toMatchObject({ names: expect.stringContaining('back') as unknown });

  // To stop and to remove needs no room.
  data.fill();
  run.fillInodes();
  expect(await ask('DELETE', '/containers/web?force=1')).toMatchObject({ status: 204 });
  expect(await ask('DELETE', '/networks/back')).toMatchObject({ status: 204 });
});

test('a berthd that starts where nothing can be written finds what runs, which can be stopped and removed', async () => {
  await daemon.docker('network', 'create', 'side');
  const inSide = ['run', '-d', '--network', 'side', '--name'];
  await daemon.docker(...inSide, 'served', '-p', '8080:80', 'bb', ...httpd);
  await daemon.docker(...inSide, 'kept', '--restart', 'always', 'bb', 'sleep', '1000');
  await daemon.docker('create', '--name', 'never', 'bb', 'true');
  const seen = ['ps', '-a', '--no-trunc', '--format', '{{.ID}} {{.Names}} {{.State}} {{.Ports}}'];
  const before = await daemon.docker(...seen);
  await daemon.berthd.end('SIGKILL');
  data.fill();
  run.fill();
  run.fillInodes();
  await daemon.berthd.run();

  expect(await daemon.docker(...seen)).toBe(before);
  expect(await daemon.fetch('outside', `http://${wire.host.ipv4}:8080/passwd`)).toContain('root:');
  expect(await daemon.docker('exec', 'kept', 'echo', 'here')).toBe('here');
  for (const [method, path, body] of [
    ['POST', '/containers/create?name=new', server],
    ['POST', '/containers/kept/rename?name=other', {}],
    ['POST', '/networks/create', { Name: 'new' }],
    ['POST', '/containers/never/start', {}],
  ] as const)
    expect(await ask(method, path, body), path).toMatchObject({
      status: 500,
      body: {
        code: 'DISK_UNWRITABLE',
        message: expect.stringContaining('no space left') as unknown,
      },
    });
  expect(await daemon.docker(...seen)).toBe(before);
  await daemon.docker('stop', '-t', '0', 'kept', 'served');
  expect(await daemon.docker(...seen)).not.toContain('running');
  await daemon.docker('rm', 'kept', 'served', 'never');
  await daemon.docker('network', 'rm', 'side');
  expect(await daemon.docker(...seen)).toBe('');
});

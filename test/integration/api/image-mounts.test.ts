import { existsSync, readFileSync, realpathSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busyboxArchive } from './busybox-image.ts';
import { ask, post } from './raw-http.ts';
import { type CommandResult, TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
  // One of several layers, with a link that leads out.
  const script = 'mkdir -p /data/in; echo one >/data/in/file; ln -s /etc /data/out';
  await fine('run', '--name', 'maker', '--network', 'none', 'bb', 'sh', '-c', script);
  await fine('commit', 'maker', 'several');
  await fine('rm', 'maker');
});
afterAll(async () => {
  expect(daemon.problems).toEqual([]);
  await daemon.destroy();
});

const docker = (...args: readonly string[]): Promise<CommandResult> => daemon.docker(args);

async function fine(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await docker(...args);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** What is mounted below the daemon's folder, in the mount namespace of the test. */
function mounted(): readonly string[] {
  const root = realpathSync(daemon.root);
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return lines.map((line) => line.split(' ')[4] ?? '').filter((path) => path.startsWith(root));
}

interface Created {
  readonly status: number;
  readonly body: { readonly message?: string };
}

async function create(
  name: string,
  mounts: readonly object[],
  { version = 'v1.51', cmd = 'true' } = {},
): Promise<Created> {
  const { status, body } = await post(daemon.socket, `/${version}/containers/create?name=${name}`, {
    Image: 'bb',
    Cmd: ['sh', '-c', cmd],
    HostConfig: { NetworkMode: 'none', Mounts: mounts },
  });
  return { status, body: JSON.parse(body) as Created['body'] };
}

const image = (source: string, target: string, subpath?: string): object => ({
  ...{ Type: 'image', Source: source, Target: target },
  ...(subpath === undefined ? {} : { ImageOptions: { Subpath: subpath } }),
});

test('the files of images are mounted, to be read alone, and kept while the container is there', async () => {
  const cmd = `cat /i/data/in/file /p/file; ls /one/bin/busybox
    for i in /i/data /one/etc /p; do touch $i/new 2>/dev/null || echo no; done; sleep 1000`;
  const mounts = [image('several', '/i'), image('several', '/p', 'data/in'), image('bb', '/one')];
  expect(await create('reader', mounts, { cmd })).toMatchObject({ status: 201 });
  expect(mounted()).toEqual([]);
  await fine('start', 'reader');
  await expect
    .poll(() => fine('logs', 'reader'), { timeout: 10_000 })
    .toBe('one\none\n/one/bin/busybox\nno\nno\nno\n');
  const [shown] = JSON.parse(await fine('inspect', 'reader')) as { readonly Mounts: unknown[] }[];
  const source = mounted().find((path) => existsSync(join(path, 'data')));
  expect(shown?.Mounts[0]).toEqual({
    ...{ Type: 'image', Name: 'several', Source: source, Destination: '/i' },
    ...{ Mode: '', RW: false, Propagation: 'rprivate' },
  });
  const refused = await docker('rmi', 'several');
  expect(refused.stderr).toMatch(/unable to (?:remove|delete).*must (?:be )?force/s);
  await fine('image', 'prune', '-af');
  await fine('cp', 'reader:/p/file', join(daemon.root, 'file'));
  // By force it goes, and its layers stay for as long as they are needed.
  await fine('rmi', '-f', 'several');
  expect((await docker('cp', join(daemon.root, 'file'), 'reader:/p/')).stderr).toMatch(/read-only/);

  await daemon.down();
  await daemon.up();
  expect(await fine('exec', 'reader', 'cat', '/i/data/in/file')).toBe('one\n');
  await fine('restart', '-t', '0', 'reader');
  await expect.poll(() => fine('logs', 'reader'), { timeout: 10_000 }).toMatch(/(?:one\n.*){4}/s);
  await fine('kill', 'reader');
  await fine('wait', 'reader');
  await expect.poll(mounted, { timeout: 10_000 }).toEqual([]);
  // Of one that does not run, too; and another may have what it has.
  expect(await fine('cp', 'reader:/i/data/in/file', '-')).toContain('one');
  const borrowed = ['run', '--rm', '--network', 'none', '--volumes-from', 'reader', 'bb'];
  expect(await fine(...borrowed, 'cat', '/p/file')).toBe('one\n');
  await fine('rm', 'reader');
  expect(mounted()).toEqual([]);
  expect(readdirSync(join(daemon.root, 'data/containers'))).toEqual([]);
});

test("says in Docker's words what cannot be", async () => {
  const why = async (
    mount: object,
    version?: string,
  ): Promise<readonly [number, string | undefined]> => {
    const { status, body } = await create('never', [mount], { ...(version && { version }) });
    return [status, body.message];
  };
  const invalid = 'invalid mount config for type';
  const local = 'subpath must be a relative path within the volume';
  expect(await why(image('no', '/i'))).toEqual([404, expect.stringContaining('No such image')]);
  expect(await why(image('', '/i'))).toEqual([
    400,
    `${invalid} "image": field Source must not be empty`,
  ]);
  expect(await why(image('bb', '/i', '../x'))).toEqual([400, `${invalid} "image": ${local}`]);
  expect(await why({ Type: 'bind', Source: '/tmp', Target: '/i', ImageOptions: {} })).toEqual([
    400,
    `${invalid} "bind": ImageOptions must not be specified on mount type "bind"`,
  ]);
  expect(await why(image('bb', '/i'), 'v1.47')).toEqual([
    400,
    'Mount type "Image" needs API v1.48 or newer',
  ]);
  expect(readdirSync(join(daemon.root, 'data/containers'))).toEqual([]);
  // A part that is not there, and a start that fails: nothing stays mounted.
  for (const [subpath, cmd] of [
    ['none', 'true'],
    ['bin', 'true'],
  ] as const) {
    const mount = subpath === 'bin' ? image('bb', '/bin', 'etc') : image('bb', '/i', subpath);
    expect(await create('fails', [mount], { cmd })).toMatchObject({ status: 201 });
    const started = await ask(daemon.socket, { method: 'POST', path: '/containers/fails/start' });
    expect(started.status).toBeGreaterThanOrEqual(400);
    await fine('rm', 'fails');
    expect(mounted()).toEqual([]);
  }
});

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { busyboxArchive } from './busybox-image.ts';
import { type CommandResult, TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
  // An image with files in a folder that is a volume.
  const script =
    'mkdir -p /data/sub; echo kept > /data/sub/file; chown 7:8 /data/sub/file; chmod 640 /data/sub/file;' +
    'chown 5:6 /data; chmod 1750 /data; ln -s /etc/plain /data/link; ln -s /data /alias;' +
    'ln /data/sub/file /data/hard; mkdir /out; ln -s ../../../../../../../../etc /out/up';
  await docker('run', '--name', 'maker', '--network', 'none', 'bb', 'sh', '-c', script);
  await docker('commit', '--change', 'VOLUME ["/data"]', 'maker', 'withdata');
  await docker('rm', 'maker');
});
afterAll(() => daemon.destroy());
afterEach(async () => {
  const all = (await docker('ps', '-aq')).stdout.split('\n').filter(Boolean);
  if (all.length > 0) await docker('rm', '-fv', ...all);
  const volumes = await names();
  if (volumes.length > 0) await docker('volume', 'rm', ...volumes);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(daemon.root);
  expect(daemon.problems.splice(0)).toEqual([]);
});

const docker = (...args: readonly string[]): Promise<CommandResult> => daemon.docker(args);

async function names(...filters: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await docker('volume', 'ls', '-q', ...filters.flatMap((f) => ['-f', f]));
  return stdout.split('\n').filter(Boolean);
}

function shell(script: string, ...options: readonly string[]): Promise<CommandResult> {
  return docker('run', '--rm', '--network', 'none', ...options, 'bb', 'sh', '-c', script);
}

const dataOf = (name: string): string => join(daemon.root, 'data/volumes', name, '_data');

describe('docker volume', () => {
  test('creates, shows and removes', async () => {
    expect(await docker('volume', 'create', '--label', 'a=b', 'one')).toMatchObject({
      exitCode: 0,
      stdout: 'one\n',
    });
    const { stdout } = await docker('volume', 'inspect', 'one');
    expect(JSON.parse(stdout)).toEqual([
      {
        CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
        Driver: 'local',
        Labels: { a: 'b' },
        Mountpoint: dataOf('one'),
        Name: 'one',
        Options: null,
        Scope: 'local',
      },
    ]);
    // What is there already is the answer as it is.
    expect((await docker('volume', 'create', 'one')).exitCode).toBe(0);
    expect(await docker('volume', 'rm', 'one')).toMatchObject({ exitCode: 0, stdout: 'one\n' });
    expect((await docker('volume', 'inspect', 'one')).stderr).toContain('get one: no such volume');
    expect((await docker('volume', 'rm', 'one')).stderr).toContain('get one: no such volume');
    expect((await docker('volume', 'rm', '--force', 'one')).exitCode).toBe(0);
  });

  test.each([
    [['a'], 'volume name is too short'],
    [['a/b'], 'includes invalid characters for a local volume name'],
    [['-d', 'nosuch', 'two'], 'error looking up volume plugin nosuch: plugin "nosuch" not found'],
    [['--opt', 'odd=1', 'two'], 'invalid option: "odd"'],
    [['--opt', 'type=tmpfs', 'two'], 'missing required option: "device"'],
    [['--opt', 'size=1g', 'two'], 'quota'],
    [['x'.repeat(241)], 'wanted at most 240'],
  ])('create %j is refused', async (args, message) => {
    const result = await docker('volume', 'create', ...args);
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain(message);
    expect(await names()).toEqual([]);
  });

  test('finds by filters', async () => {
    await docker('volume', 'create', '--label', 'kind=a', 'first');
    await docker('volume', 'create', '--label', 'kind=b', 'second');
    await docker('create', '--network', 'none', '-v', 'second:/x', 'bb', 'true');
    expect(await names('label=kind=a')).toEqual(['first']);
    expect(await names('name=sec')).toEqual(['second']);
    expect(await names('dangling=true')).toEqual(['first']);
    expect(await names('dangling=false')).toEqual(['second']);
    expect(await names('driver=local')).toEqual(['first', 'second']);
    expect(await names('driver=other')).toEqual([]);
    expect((await docker('volume', 'ls', '-f', 'odd=1')).stderr).toContain("invalid filter 'odd'");
    const { stdout } = await docker('ps', '-aq', '-f', 'volume=second');
    expect(stdout.split('\n').filter(Boolean)).toHaveLength(1);
  });

  test('prunes what nobody has: nameless ones, or all', async () => {
    await docker('volume', 'create', 'named');
    await docker('volume', 'create', '--label', 'keep', 'other');
    await docker('volume', 'create');
    await docker('create', '--network', 'none', '-v', '/x', 'bb', 'true');
    writeFileSync(join(dataOf('named'), 'big'), Buffer.alloc(5000));
    // One whose content is elsewhere takes no room, and stays.
    await docker('volume', 'create', '-o', 'type=tmpfs', '-o', 'device=tmpfs', 'elsewhere');
    const sizes = await docker('system', 'df', '-v', '--format', '{{json .Volumes}}');
    expect(sizes.stdout).toContain('named');
    expect(sizes.stdout).not.toContain('elsewhere');
    expect(await names()).toHaveLength(5);
    await docker('volume', 'prune', '--force');
    expect(await names()).toHaveLength(4);
    const { stdout } = await docker('volume', 'prune', '-fa', '--filter', 'label!=keep');
    expect(stdout).toContain('named');
    expect(stdout).toContain('5kB');
    expect(await names()).toHaveLength(3);
    expect(await names()).toContain('other');
    await docker('volume', 'rm', 'elsewhere');
  });

  test('is told of by docker events and docker system df', async () => {
    const since = String(Date.now() / 1000);
    await shell('true', '-v', 'seen:/x');
    await docker('volume', 'rm', 'seen');
    await docker('volume', 'prune', '--force', '--filter', 'label=of-nobody');
    const { stdout: df } = await docker('system', 'df', '--format', '{{json .}}');
    expect(df).toContain('"Type":"Local Volumes"');
    const until = String(Date.now() / 1000);
    const events = await docker('events', '--since', since, '--until', until, '--format=json');
    const all = events.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ Type }) => Type === 'volume');
    expect(all.map(({ Action }) => Action).join()).toBe('create,mount,unmount,destroy,prune');
    expect(all[4]?.['Actor']).toEqual({ ID: '', Attributes: { reclaimed: '0' } });
    expect(all[1]?.['Actor']).toMatchObject({
      ID: 'seen',
      Attributes: { driver: 'local', destination: '/x', 'read/write': 'true' },
    });
  });
});

describe('a container with volumes', () => {
  test('finds what another has left there, and cannot write to a read-only one', async () => {
    await shell('echo hello > /x/file', '-v', 'shared:/x');
    expect((await shell('cat /y/file', '-v', 'shared:/y')).stdout).toBe('hello\n');
    const mount = 'type=volume,source=shared,target=/z,readonly';
    const result = await shell('cat /z/file; echo x > /z/file', '--mount', mount);
    expect(result.stdout).toBe('hello\n');
    expect(result.stderr).toContain('Read-only file system');
  });

  test('keeps the one that it uses', async () => {
    await docker(
      'run',
      '-d',
      '--name',
      'user',
      '--network',
      'none',
      '-v',
      'used:/x',
      'bb',
      'sleep',
      '9',
    );
    const result = await docker('volume', 'rm', 'used');
    const { stdout: id } = await docker('inspect', '-f', '{{.Id}}', 'user');
    expect(result.stderr).toContain(`remove used: volume is in use - [${id.trim()}]`);
    await docker('rm', '-fv', 'user');
    // Somebody has named it.
    expect(await names()).toEqual(['used']);
  });

  test('is shown with them', async () => {
    await docker(
      'create',
      '--name',
      'box',
      '--network',
      'none',
      '-v',
      'vol:/a:ro',
      '-v',
      '/b',
      'bb',
      'true',
    );
    const { stdout } = await docker('inspect', '-f', '{{json .Mounts}}', 'box');
    const mounts = JSON.parse(stdout) as readonly Record<string, unknown>[];
    expect(mounts[0]).toEqual({
      Type: 'volume',
      Name: 'vol',
      Source: dataOf('vol'),
      Destination: '/a',
      Driver: 'local',
      Mode: 'ro',
      RW: false,
      Propagation: '',
    });
    expect(mounts[1]).toMatchObject({ Type: 'volume', Destination: '/b', Mode: '', RW: true });
    expect(mounts[1]?.['Name']).toMatch(/^[0-9a-f]{64}$/);
  });

  test('loses its nameless ones with --rm and rm -v, and leaves them otherwise', async () => {
    await shell('echo x > /x/file', '-v', '/x');
    expect(await names()).toEqual([]);
    for (const options of [['-v'], []]) {
      await docker('run', '--name', 'box', '--network', 'none', '-v', '/x', 'bb', 'true');
      expect(await names()).toHaveLength(1);
      await docker('rm', ...options, 'box');
      expect(await names()).toHaveLength(options.length === 0 ? 1 : 0);
    }
  });

  test('has those of another container', async () => {
    const create = ['create', '--network', 'none'];
    await docker(...create, '--name', 'one', '-v', 'vol:/a', '-v', '/nameless', 'bb', 'true');
    const script = 'echo from > /a/file; echo from > /nameless/file';
    await shell(script, '--volumes-from', 'one');
    const look = 'cat /a/file /nameless/file; echo x > /a/file';
    const read = await shell(look, '--volumes-from', 'one:ro');
    expect(read.stdout).toBe('from\nfrom\n');
    expect(read.stderr).toContain('Read-only file system');
    // What it is told itself goes first.
    const own = await shell('ls /a', '--volumes-from', 'one', '-v', 'own:/a');
    expect(own.stdout).toBe('');
    expect((await shell('true', '--volumes-from', 'nosuch')).stderr).toContain('No such container');
    expect((await shell('true', '--volumes-from', 'one:odd')).stderr).toContain(
      'invalid mode for volumes-from: odd',
    );
    // The borrowers have gone with --rm; they have taken nothing.
    expect(await names()).toHaveLength(3);
  });

  test('is not made when a volume cannot be', async () => {
    for (const options of [
      ['-v', 'a:/x'],
      ['-v', 'vol:/x:shared'],
      ['--mount', 'type=volume,source=vol,target=/x,volume-driver=nosuch'],
      ['--mount', 'type=volume,source=vol,target=/x,volume-opt=odd=1'],
    ]) {
      const result = await docker(
        'create',
        '--network',
        'none',
        '-v',
        '/first',
        ...options,
        'bb',
        'true',
      );
      expect(result.exitCode).not.toBe(0);
    }
    expect(await names()).toEqual([]);
    expect((await docker('ps', '-aq')).stdout).toBe('');
  });
});

describe('an empty volume', () => {
  const look = 'stat -c "%n %u %g %a %h" /v /v/sub/file; readlink /v/link; cat /v/sub/file';
  const seen = '/v 5 6 1750 3\n/v/sub/file 7 8 640 2\n/etc/plain\nkept\n';

  test('begins with what the image has there', async () => {
    const run = ['run', '--rm', '--network', 'none'];
    expect((await docker(...run, '-v', 'fresh:/data', 'withdata', 'true')).stderr).toBe('');
    expect((await shell(look, '-v', 'fresh:/v')).stdout).toBe(seen);
    // The place may be a link in the image.
    await docker(...run, '-v', 'linked:/alias', 'withdata', 'true');
    expect((await shell(look, '-v', 'linked:/v')).stdout).toBe(seen);
    // The image's own VOLUME.
    const own = await docker(
      ...run,
      'withdata',
      'sh',
      '-c',
      'cat /data/sub/file; mount | grep -c " /data "',
    );
    expect(own.stdout).toBe('kept\n1\n');
  });

  test('does not when it has something, or nobody wants it', async () => {
    await docker('volume', 'create', 'has');
    mkdirSync(join(dataOf('has'), 'mine'));
    for (const mount of [
      'type=volume,source=has,target=/data',
      'type=volume,source=none,target=/data,volume-nocopy',
    ])
      await docker('run', '--rm', '--network', 'none', '--mount', mount, 'withdata', 'true');
    expect((await shell('ls /v', '-v', 'has:/v')).stdout).toBe('mine\n');
    expect((await shell('ls /v', '-v', 'none:/v')).stdout).toBe('');
    await docker(
      'run',
      '--rm',
      '--network',
      'none',
      '-v',
      'other:/data:nocopy',
      'withdata',
      'true',
    );
    expect((await shell('ls /v', '-v', 'other:/v')).stdout).toBe('');
  });

  test('gets nothing of the host through a link of the image (CVE-2014-6407)', async () => {
    await docker('run', '--rm', '--network', 'none', '-v', 'out:/out/up', 'withdata', 'true');
    const { stdout } = await shell('ls /v', '-v', 'out:/v');
    // The image's /etc, which the link leads to within the image, and not that of the host.
    expect(stdout).toContain('plain');
    expect(stdout).not.toContain('debian_version');
    expect(existsSync('/etc/debian_version')).toBe(true);
  });
});

describe('a volume with options', () => {
  test('is mounted as long as containers run with it, and shared by them', async () => {
    const options = ['--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', 'o=size=1m,mode=711'];
    await docker('volume', 'create', ...options, 'memory');
    const run = ['run', '-d', '--network', 'none', '-v', 'memory:/m'];
    await docker(...run, '--name', 'one', 'bb', 'sh', '-c', 'echo shared > /m/file; sleep 100');
    await docker('exec', 'one', 'sh', '-c', 'until [ -s /m/file ]; do :; done');
    expect(
      (
        await shell(
          'cat /m/file; stat -c %a /m; df -k /m | tail -n 1 | tr -s " " | cut -d " " -f 2',
          '-v',
          'memory:/m',
        )
      ).stdout,
    ).toBe('shared\n711\n1024\n');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toContain(dataOf('memory'));
    // berthd is started again meanwhile.
    await daemon.down();
    await daemon.up();
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toContain(dataOf('memory'));
    await docker('kill', 'one');
    await docker('wait', 'one');
    await docker('rm', 'one');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(dataOf('memory'));
    expect((await shell('ls /m', '-v', 'memory:/m')).stdout).toBe('');
  });

  test('that cannot be mounted is told of, and nothing is left', async () => {
    const options = ['--opt', 'type=none', '--opt', 'device=/nosuch', '--opt', 'o=bind'];
    await docker('volume', 'create', ...options, 'broken');
    const result = await shell('true', '-v', 'broken:/m');
    expect(result.exitCode).toBe(125);
    expect(result.stderr).toContain('failed to mount local volume');
    expect((await docker('ps', '-aq')).stdout).toBe('');
  });

  test('binds a folder of the host', async () => {
    const folder = join(daemon.root, 'bound');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'file'), 'host\n');
    const options = ['--opt', 'type=none', '--opt', `device=${folder}`, '--opt', 'o=bind,ro'];
    await docker('volume', 'create', ...options, 'bound');
    const result = await shell('cat /m/file; echo x > /m/file', '-v', 'bound:/m');
    expect(result.stdout).toBe('host\n');
    expect(result.stderr).toContain('Read-only file system');
  });
});

describe('volumes outlive berthd', () => {
  test('and what was only half made or removed does not', async () => {
    await docker('volume', 'create', '--label', 'a=b', 'stays');
    await docker('create', '--name', 'box', '--network', 'none', '-v', '/x', 'bb', 'true');
    const folder = join(daemon.root, 'data/volumes');
    for (const name of ['.new-half/_data', '.old-gone/_data'])
      mkdirSync(join(folder, name), { recursive: true });
    const foreign = join(folder, 'foreign');
    mkdirSync(foreign);
    writeFileSync(join(foreign, 'file'), 'of somebody else');
    // As `berth up --import-docker volumes` brings it.
    mkdirSync(dataOf('brought'), { recursive: true });
    writeFileSync(join(dataOf('brought'), 'file'), 'brought\n');
    const { stdout } = await docker('inspect', '-f', '{{(index .Mounts 0).Name}}', 'box');
    const orphan = 'f'.repeat(64);
    const record = JSON.parse(
      readFileSync(join(folder, stdout.trim(), 'volume.json'), 'utf8'),
    ) as object;
    mkdirSync(join(folder, orphan, '_data'), { recursive: true });
    // Its container has never come to be.
    writeFileSync(
      join(folder, orphan, 'volume.json'),
      JSON.stringify({ ...record, name: orphan, owner: 'e'.repeat(64) }),
    );
    await daemon.down();
    await daemon.up();
    expect(await names()).toEqual([stdout.trim(), 'brought', 'stays'].toSorted());
    expect((await shell('cat /x/file', '-v', 'brought:/x')).stdout).toBe('brought\n');
    expect(statSync(join(foreign, 'file')).size).toBe(16);
    expect(existsSync(join(folder, '.new-half')) || existsSync(join(folder, '.old-gone'))).toBe(
      false,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { fsSpace } from '../../../checks/fs.space.ts';
import { init } from '../../../checks/init.ts';
import { oldDocker } from '../../../checks/old.docker.ts';
import { ports } from '../../../checks/ports.ts';
import { fakeContext } from './fake-context.ts';

describe('fs.space', () => {
  const gibibyte = 2 ** 30;
  const inodes = { freeInodes: 1e6, totalInodes: 1e6 };

  it.each([
    ['enough', { freeBytes: 2 * gibibyte, ...inodes }, 'pass'],
    ['too few bytes', { freeBytes: 2 * gibibyte - 1, ...inodes }, 'warn'],
    ['too few inodes', { freeBytes: 9 * gibibyte, freeInodes: 99_999, totalInodes: 1e6 }, 'warn'],
    ['inodes made as needed', { freeBytes: 9 * gibibyte, freeInodes: 0, totalInodes: 0 }, 'pass'],
  ])('%s', async (_what, room, status) => {
    expect((await fsSpace.probe(fakeContext({ room }))).status).toBe(status);
  });
});

describe('init', () => {
  it.each([
    ['systemd', { '/proc/1/comm': 'systemd\n', '/run/systemd/system/x': '' }, 'systemd', 'pass'],
    ['OpenRC', { '/proc/1/comm': 'init\n', '/run/openrc/softlevel': '' }, 'openrc', 'pass'],
    ['none', { '/proc/1/comm': 'bash\n' }, 'none', 'pass'],
    ['systemd as a mere name', { '/proc/1/comm': 'systemd\n' }, 'none', 'pass'],
    ['runit', { '/proc/1/comm': 'runit\n' }, 'runit', 'warn'],
    ['SysV', { '/proc/1/comm': 'init\n', '/etc/inittab': '' }, 'sysvinit', 'warn'],
    ['no /proc', {}, 'unknown', 'warn'],
  ])('%s', async (_what, files, manager, status) => {
    expect(await init.probe(fakeContext({ files }))).toMatchObject({
      status,
      details: { manager },
    });
  });
});

describe('ports', () => {
  const path = '/run/berth/berth.sock';
  const socket = { [path]: { kind: 'socket' } } as const;

  it.each([
    ['nothing', {}, { status: 'pass', seen: `"${path}" is free` }],
    ['a dead socket', { files: socket }, { status: 'pass', seen: `a dead socket at "${path}"` }],
    [
      'a live daemon',
      { files: socket, listening: [path] },
      { status: 'pass', seen: `a daemon answers at "${path}"` },
    ],
    [
      'a file in the way',
      { files: { [path]: 'notes' } },
      { status: 'fail', seen: `a file that is not a socket is at "${path}"` },
    ],
    [
      'a folder in the way',
      { files: { [`${path}/x`]: '' } },
      { status: 'fail', seen: `a folder that is not a socket is at "${path}"` },
    ],
    [
      'a file for its folder',
      { files: { '/run/berth': 'notes' } },
      { status: 'fail', seen: '"/run/berth" is not a folder' },
    ],
  ] as const)('%s', async (_what, host, wanted) => {
    expect(await ports.probe(fakeContext(host))).toMatchObject(wanted);
  });
});

describe('ports, by who listens', () => {
  const path = '/run/berth/berth.sock';
  const heldBy = (name: string): Parameters<typeof fakeContext>[0] => ({
    files: {
      [path]: { kind: 'socket' },
      '/proc/net/unix': `Num       RefCount Protocol Flags    Type St Inode Path\n0000000000000000: 00000002 00000000 00010000 0001 01 4242 ${path}\n`,
      '/proc/77/comm': `${name}\n`,
      '/proc/77/fd/3': { link: 'socket:[4242]' },
      '/proc/90/comm': 'child\n',
      '/proc/90/fd/3': { link: 'socket:[4242]' },
    },
    listening: [path],
  });

  it('names the daemon', async () => {
    expect(await ports.probe(fakeContext(heldBy('node')))).toMatchObject({
      status: 'pass',
      details: { pid: 77, owner: 'node' },
    });
  });

  it("fails when it is another engine's", async () => {
    expect(await ports.probe(fakeContext(heldBy('dockerd')))).toMatchObject({
      status: 'fail',
      seen: `"dockerd", process "77", listens at "${path}"`,
      remedy: expect.stringContaining('"77"') as string,
    });
  });
});

describe('old.docker', () => {
  const dpkg = (name: string, status: string): string =>
    `Package: ${name}\nStatus: ${status}\nVersion: 1.2-3\n`;

  it('passes on a host without any', async () => {
    const files = { '/var/lib/dpkg/status': dpkg('coreutils', 'install ok installed') };
    expect(await oldDocker.probe(fakeContext({ files }))).toMatchObject({
      status: 'pass',
      seen: 'none',
    });
  });

  it('finds an old Debian package, not one that was removed', async () => {
    const status = [
      dpkg('docker-engine', 'install ok installed'),
      dpkg('docker-common', 'deinstall ok config-files'),
    ].join('\n');
    const outcome = await oldDocker.probe(
      fakeContext({ files: { '/var/lib/dpkg/status': status } }),
    );
    expect(outcome.status).toBe('warn');
    expect(outcome.seen).toBe('package "docker-engine" 1.2-3');
  });

  it('finds old packages by rpm', async () => {
    const outcome = await oldDocker.probe(
      fakeContext({
        files: { '/var/lib/rpm/Packages': '' },
        commands: {
          rpm: 'package docker is not installed\nfound|docker-latest|1.13.1-53\nfound|podman-docker|4.9-1\n',
        },
      }),
    );
    expect(outcome).toMatchObject({
      status: 'warn',
      details: { packages: [{ name: 'docker-latest' }, { name: 'podman-docker' }] },
    });
  });

  it("finds Alpine's", async () => {
    const files = { '/lib/apk/db/installed': 'P:musl\nV:1.2\n\nP:docker\nV:25.0-r1\n' };
    expect((await oldDocker.probe(fakeContext({ files }))).seen).toBe('package "docker" 25.0-r1');
  });

  it.each([
    ['kept', { '/var/lib/snapd/snaps/docker_2963.snap': '' }],
    ['mounted', { '/snap/docker/current/meta': '' }],
  ])('finds the snap, %s', async (_what, files) => {
    expect((await oldDocker.probe(fakeContext({ files }))).seen).toBe('the snap "docker"');
  });

  it('names a current Docker, and takes it for no trouble', async () => {
    const files = { '/var/lib/dpkg/status': dpkg('docker.io', 'install ok installed') };
    const outcome = await oldDocker.probe(fakeContext({ files }));
    expect(outcome.status).toBe('pass');
    expect(outcome.seen).toContain('docker.io');
  });
});

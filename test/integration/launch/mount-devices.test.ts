import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Change } from './machine.ts';
import { useMachine } from './use-machine.ts';
import { mountAt } from './mount-points.ts';

const machine = useMachine();

type Devices = NonNullable<NonNullable<Change['linux']>['devices']>;

function withDevices(...devices: readonly Devices[number][]): Change {
  return { linux: { devices } };
}

describe('linux.devices', () => {
  it('are made with type, number, mode and owner, in and outside /dev', async () => {
    const found = await machine().shell(
      'stat -c "%F %t:%T %a %u:%g" /dev/fuse /run/d/block /run/d/pipe',
      withDevices(
        { path: '/dev/fuse', type: 'c', major: 10, minor: 229, fileMode: 0o600, uid: 5, gid: 6 },
        { path: '/run/d/block', type: 'b', major: 300, minor: 70_000, fileMode: 0o642 },
        { path: '/run/d/pipe', type: 'p', fileMode: 0o622, uid: 1 },
      ),
    );
    expect(found).toBe(
      'character special file a:e5 600 5:6\nblock special file 12c:11170 642 0:0\nfifo 0:0 622 1:0',
    );
  });

  it('are their own in a user namespace too, whatever the host has there', async () => {
    const ids = [
      { containerID: 0, hostID: 0, size: 5 },
      { containerID: 5, hostID: 100_005, size: 65_530 },
    ];
    const found = await machine().shell(
      'stat -c "%F %t:%T %a %u:%g" /dev/own; head -c 3 /dev/own | wc -c; grep /dev/null /proc/self/mountinfo',
      {
        linux: {
          devices: [
            { path: '/dev/own', type: 'c', major: 1, minor: 5, fileMode: 0o640, uid: 5, gid: 6 },
          ],
          namespaces: (['user', 'mount', 'pid', 'uts', 'ipc', 'network', 'cgroup'] as const).map(
            (type) => ({ type }),
          ),
          uidMappings: ids,
          gidMappings: ids,
        },
      },
    );
    const [node, bytes, line] = found.split('\n');
    expect([node, bytes]).toEqual(['character special file 1:5 640 5:6', '3']);
    expect(line).toMatch(/nosuid,(?:nodev,)?noexec/);
  });

  it('may repeat the default ones, and then have their own mode', async () => {
    const tty = { path: '/dev/tty', type: 'c', major: 5, minor: 0, fileMode: 0o600 } as const;
    expect(await machine().shell('stat -c %a /dev/tty', withDevices(tty))).toBe('600');
  });

  it('at a path where something else is already are refused by name; the same device is not', async () => {
    execFileSync('mknod', [machine().image('zero'), 'c', '1', '5']);
    writeFileSync(machine().image('file'), '');
    const device = { path: '/zero', type: 'c', major: 1, minor: 5 } as const;
    expect(await machine().shell('stat -c %t:%T /zero', withDevices(device))).toBe('1:5');
    for (const wrong of [
      { ...device, minor: 3 },
      { ...device, type: 'b' },
      { ...device, path: '/file' },
    ] as const)
      await expect(machine().run(['true'], withDevices(wrong))).rejects.toMatchObject({
        code: 'START_FAILED',
        message: expect.stringMatching(
          /make linux\.devices\[0\], \/\w+: .*something else: EEXIST/,
        ) as string,
      });
  });

  it('of an image at the place of a default one are replaced', async () => {
    mkdirSync(machine().image('dev'), { recursive: true });
    writeFileSync(machine().image('dev/null'), 'no device');
    const change = { withoutMounts: ['/dev', '/dev/pts', '/dev/mqueue', '/dev/shm'] };
    expect(await machine().shell('stat -c %t:%T /dev/null', change)).toBe('1:3');
  });

  it('that are there already as they should be stay: where the root is the host, so is /dev', async () => {
    const device = machine().image('dev/zero');
    mkdirSync(machine().image('dev'), { recursive: true });
    execFileSync('mknod', [device, 'c', '1', '5']);
    const { ino } = statSync(device);
    const change = { withoutMounts: ['/dev', '/dev/pts', '/dev/mqueue', '/dev/shm'] };
    expect(await machine().shell('stat -c %i /dev/zero', change)).toBe(String(ino));
  });
});

describe('a /dev of the host', () => {
  const withoutMounts = ['/dev', '/dev/pts', '/dev/mqueue', '/dev/shm'];

  it('stays as it is', async () => {
    const found = statSync('/dev/null');
    const mounts = [{ destination: '/dev/', source: '/dev', options: ['rbind'] }];
    const script = 'stat -c %i /dev/null; test -e /dev/mqueue || echo no';
    const stdout = await machine().shell(script, { withoutMounts, mounts });
    expect(stdout.split('\n')[0]).toBe(String(found.ino));
    expect(statSync('/dev/null').ino).toBe(found.ino);
  });

  it('is given no device that is there already as another', async () => {
    const mounts = [{ destination: '/dev', source: '/dev', options: ['rbind'] }];
    const devices = [{ path: '/dev/zero', type: 'c', major: 1, minor: 3 }] as const;
    const change = { withoutMounts, mounts, linux: { devices } };
    await expect(machine().run(['true'], change)).rejects.toMatchObject({
      message: expect.stringContaining('linux.devices[0], /dev/zero') as string,
    });
    expect(statSync('/dev/zero').rdev).toBe(0x105);
  });
});

describe('cgroups', () => {
  it("without a namespace of their own are the container's folders, not the host's", async () => {
    const namespaces = (['pid', 'mount', 'uts', 'ipc', 'network'] as const).map((type) => ({
      type,
    }));
    const request = machine().request(
      [
        'sh',
        '-c',
        'cat /sys/fs/cgroup/pids/cgroup.procs /sys/fs/cgroup/cgroup.procs 2>/dev/null; cat /proc/self/mountinfo',
      ],
      { linux: { namespaces } },
    );
    const { stdout } = await machine().finish(request);
    // The shell and cat, and nobody else.
    const numbers = stdout.split('\n').filter((line) => /^\d+$/.test(line));
    expect(numbers).toEqual(['1', expect.stringMatching(/^\d+$/)]);
    expect(mountAt(stdout, '/sys/fs/cgroup').options).toContain('ro');
  });
});

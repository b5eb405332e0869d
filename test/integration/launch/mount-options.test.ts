import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { Machine } from './machine.ts';
import { useMachine } from './use-machine.ts';
import { mountAt, mountTwo, parseMountinfo } from './mount-points.ts';

const machine = useMachine();

const show = 'cat /proc/self/mountinfo';

describe('options of a bind mount', () => {
  // What the option does to a source that was mounted with the options on the left.
  it.each([
    ['relatime', ['bind', 'ro'], ['ro', 'relatime']],
    [
      'relatime',
      ['bind', 'nosuid', 'nodev', 'noexec'],
      ['rw', 'nosuid', 'nodev', 'noexec', 'relatime'],
    ],
    ['relatime', ['bind', 'noatime'], ['rw', 'noatime']],
    ['relatime', ['bind', 'nodiratime'], ['rw', 'nodiratime', 'relatime']],
    ['relatime', ['bind', 'strictatime'], ['rw']],
    ['noatime', ['bind', 'ro'], ['ro', 'noatime']],
    ['noatime', ['bind', 'atime'], ['rw', 'relatime']],
    ['noatime', ['bind', 'relatime'], ['rw', 'relatime']],
    ['strictatime', ['bind', 'ro'], ['ro']],
    ['strictatime,nodiratime', ['bind', 'nosuid'], ['rw', 'nosuid', 'nodiratime']],
    ['nosuid,nodev,noexec', ['bind', 'ro'], ['ro', 'nosuid', 'nodev', 'noexec', 'relatime']],
    ['nosuid,nodev,noexec', ['bind', 'suid', 'exec'], ['rw', 'nodev', 'relatime']],
    ['nosuid,nodev,noexec', ['bind', 'dev'], ['rw', 'nosuid', 'noexec', 'relatime']],
    ['relatime', ['bind', 'nosymfollow'], ['rw', 'relatime', 'nosymfollow']],
    ['relatime', ['bind', 'ro', 'rw'], ['rw', 'relatime']],
    ['relatime', ['bind', 'rw', 'ro'], ['ro', 'relatime']],
    ['relatime', ['bind', 'noauto', 'x-note=1', 'nofail'], ['rw', 'relatime']],
  ] as const)('of a %s source: %j gives %j', async (source, options, wanted) => {
    const host = mountTwo(`${machine().folder}/options`, source);
    try {
      const mounts = [{ destination: '/m', source: host.outer, options: [...options] }];
      const { options: found } = mountAt(await machine().shell(show, { mounts }), '/m');
      expect([...found].sort()).toEqual([...wanted].sort());
    } finally {
      host.remove();
    }
  });

  it.each([
    ['rro', 'ro'],
    ['rnosuid', 'nosuid'],
    ['rnodev', 'nodev'],
    ['rnoexec', 'noexec'],
    ['rnoatime', 'noatime'],
    ['rnodiratime', 'nodiratime'],
    ['rnosymfollow', 'nosymfollow'],
  ] as const)('%s is for what is mounted below as well', async (option, flag) => {
    const host = mountTwo(`${machine().folder}/recursive`);
    try {
      const mounts = [{ destination: '/m', source: host.outer, options: ['rbind', option] }];
      const found = await machine().shell(show, { mounts });
      expect(mountAt(found, '/m').options).toContain(flag);
      expect(mountAt(found, '/m/inner').options).toContain(flag);
    } finally {
      host.remove();
    }
  });

  it.each([
    ['ro', ['rrw'], ['rw', 'relatime']],
    ['nosuid', ['rsuid'], ['rw', 'relatime']],
    ['nodev', ['rdev'], ['rw', 'relatime']],
    ['noexec', ['rexec'], ['rw', 'relatime']],
    ['noatime', ['ratime'], ['rw', 'relatime']],
    ['noatime', ['rrelatime'], ['rw', 'relatime']],
    ['noatime', ['rstrictatime'], ['rw']],
    ['strictatime', ['rnostrictatime'], ['rw', 'relatime']],
    ['noatime', ['rnorelatime'], ['rw', 'relatime']],
    ['nodiratime', ['rdiratime'], ['rw', 'relatime']],
    ['nosymfollow', ['rsymfollow'], ['rw', 'relatime']],
    ['relatime', ['rnoatime', 'rstrictatime'], ['rw']],
    ['relatime', ['rstrictatime', 'rnoatime', 'rro', 'rrw'], ['rw', 'noatime']],
  ] as const)('of a %s source: %j gives %j below as well', async (source, options, wanted) => {
    const host = mountTwo(`${machine().folder}/cleared`);
    // The mounts and not their file systems: those could not be made writable by a bind.
    for (const path of [host.outer, host.inner])
      execFileSync('mount', ['-o', `remount,bind,${source}`, path]);
    try {
      const mounts = [{ destination: '/m', source: host.outer, options: ['rbind', ...options] }];
      const found = await machine().shell(show, { mounts });
      for (const point of ['/m', '/m/inner'])
        expect([...mountAt(found, point).options].sort()).toEqual([...wanted].sort());
    } finally {
      host.remove();
    }
  });

  it('keeps flags that a user namespace must not take away', async () => {
    const host = mountTwo(`${machine().folder}/locked`, 'nosuid,nodev,noatime');
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const request = machine().request(['sh', '-c', show], {
      mounts: [{ destination: '/m', source: host.outer, options: ['rbind', 'ro'] }],
      linux: {
        namespaces: (['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'user'] as const).map(
          (type) => ({ type }),
        ),
        uidMappings: mappings,
        gidMappings: mappings,
      },
    });
    if (request.rootfs.type !== 'overlay') throw new Error('the root is no overlay');
    for (const path of [machine().folder, `${request.rootfs.upper}/..`]) chmodSync(path, 0o755);
    execFileSync('chown', ['-R', '100000:100000', request.rootfs.upper, request.rootfs.work]);
    try {
      const { stdout, stderr } = await machine().finish(request);
      expect(stderr).toBe('');
      const { options } = mountAt(stdout, '/m');
      expect([...options].sort()).toEqual(['noatime', 'nodev', 'nosuid', 'ro']);
    } finally {
      host.remove();
    }
  });
});

describe('a bind mount', () => {
  it('needs no type, takes a relative destination from the root and a relative source from the bundle', async () => {
    mkdirSync(`${machine().folder}/bundle/data`, { recursive: true });
    writeFileSync(`${machine().folder}/bundle/data/file`, 'of the bundle');
    const request = machine().request(['cat', '/a/b/file'], {
      mounts: [{ destination: 'a/b', source: 'data', options: ['bind'] }],
    });
    const { stdout } = await machine().finish({ ...request, bundle: `${machine().folder}/bundle` });
    expect(stdout).toBe('of the bundle');
  });

  it('can be of a file, a device, a pipe or a socket, below folders that are not there', async () => {
    execFileSync('mkfifo', [`${machine().folder}/pipe`]);
    writeFileSync(`${machine().folder}/file`, '');
    const server = createServer().listen(`${machine().folder}/socket`);
    await new Promise((resolve) => server.once('listening', resolve));
    const sources = [
      '/dev/zero',
      ...['file', 'pipe', 'socket'].map((name) => `${machine().folder}/${name}`),
    ];
    const mounts = sources.map((source, i) => ({
      destination: `/new/${i}/thing`,
      source,
      options: ['bind', 'ro'],
    }));
    const found = await machine().shell('stat -c %F /new/*/thing', { mounts });
    server.close();
    expect(found.split('\n')).toEqual([
      'character special file',
      'regular empty file',
      'fifo',
      'socket',
    ]);
  });

  it('goes through links of the image, also to where nothing is yet', async () => {
    symlinkSync('/not/../not/yet', machine().image('dangling'));
    writeFileSync(`${machine().folder}/data`, 'here');
    const mounts = [
      { destination: '/dangling/f', source: `${machine().folder}/data`, options: ['bind'] },
    ];
    expect(await machine().shell('cat /not/yet/f', { mounts })).toBe('here');
  });

  it('of a link is a link with copy-symlink', async () => {
    symlinkSync('to/nowhere', `${machine().folder}/a-link`);
    const mount = { source: `${machine().folder}/a-link`, options: ['bind', 'copy-symlink'] };
    const mounts = [{ ...mount, destination: '/x/link' }];
    expect(await machine().shell('readlink /x/link', { mounts })).toBe('to/nowhere');
    const twice = [...mounts, ...mounts];
    expect(await machine().shell('readlink /x/link', { mounts: twice })).toBe('to/nowhere');
    const taken = [{ ...mount, destination: '/bin/cat' }];
    await expect(machine().run(['true'], { mounts: taken })).rejects.toMatchObject({
      message: expect.stringContaining('link /bin/cat to to/nowhere: EEXIST') as string,
    });
  });

  it('neither follows a link at its source nor one at its destination when it is told so', async () => {
    const folder = machine().folder;
    writeFileSync(`${folder}/told`, 'what is there');
    symlinkSync('told', `${folder}/source`);
    symlinkSync('no/where', machine().image('tmp/covered'));
    const mount = { source: `${folder}/source`, destination: '/tmp/covered' };
    const shell = (script: string, options: readonly string[]): Promise<string> =>
      machine().shell(script, { mounts: [{ ...mount, options: ['bind', ...options] }] });
    const both = ['src-nofollow', 'dest-nofollow'];
    expect(await shell('readlink /tmp/covered', both)).toBe('told');
    expect(await shell('cat /tmp/covered', ['dest-nofollow', 'ro', 'nosuid'])).toBe(
      'what is there',
    );
    const through = 'readlink /tmp/covered; readlink /tmp/no/where';
    expect(await shell(through, ['src-nofollow'])).toBe('no/where\ntold');
  });

  it.each([
    ['/proc/self', { errno: 'EPERM', step: 'open /proc/self itself' }],
    ['/dev/pts/ptmx', { errno: 'EPERM', step: 'open /dev/pts/ptmx itself' }],
    ['/not/there', { errno: 'ENOENT' }],
  ])(
    'that follows no link covers neither %s nor what is not there',
    async (destination, details) => {
      symlinkSync('nowhere', `${machine().folder}/over`);
      const options = ['bind', 'src-nofollow', 'dest-nofollow'];
      const mounts = [{ source: `${machine().folder}/over`, destination, options }];
      const refused = machine().run(['true'], { mounts });
      await expect(refused).rejects.toMatchObject({ details });
      const changed = [{ ...mounts[0], destination, options: [...options, 'ro'] }];
      await expect(machine().run(['true'], { mounts: changed })).rejects.toMatchObject({
        code: 'SPEC_UNSUPPORTED',
      });
      rmSync(`${machine().folder}/over`);
    },
  );

  it('can be on the root', async () => {
    const other = await Machine.create();
    writeFileSync(other.image('which'), 'the other');
    const mounts = [{ destination: '/', source: other.image(''), options: ['rbind'] }];
    const request = machine().request(['cat', '/which']);
    const { mounts: rest } = request.spec;
    const spec = { ...request.spec, mounts: [...mounts, ...rest] };
    expect((await machine().finish({ ...request, spec })).stdout).toBe('the other');
    await other.dispose();
  });
});

describe('mounts', () => {
  it('keep the order of the config', async () => {
    const points = parseMountinfo(await machine().shell(show)).map(({ point }) => point);
    const wanted = [
      '/',
      '/proc',
      '/dev',
      '/dev/pts',
      '/sys',
      '/sys/fs/cgroup',
      '/dev/mqueue',
      '/dev/shm',
    ];
    expect(points.filter((point) => wanted.includes(point))).toEqual(
      wanted.filter((point) => points.includes(point)),
    );
  });

  it('can be changed by remount', async () => {
    const mounts = [
      { destination: '/dev/shm', type: 'tmpfs', options: ['remount', 'nosuid', 'size=1m'] },
    ];
    const { options, superOptions } = mountAt(await machine().shell(show, { mounts }), '/dev/shm');
    expect(options).toContain('nosuid');
    expect(superOptions).toContain('size=1024k');
  });

  it('have layers of the host when they are overlays, whatever the image has at those paths', async () => {
    for (const name of ['one', 'two']) {
      mkdirSync(`${machine().folder}/${name}`);
      writeFileSync(`${machine().folder}/${name}/${name}`, name);
    }
    const lower = `lowerdir=${machine().folder}/one:${machine().folder}/two`;
    const mounts = [{ destination: '/both', type: 'overlay', source: 'overlay', options: [lower] }];
    expect(await machine().shell('cd /both; cat one two', { mounts })).toBe('onetwo');
  });

  it('leave a read-only /dev its devices', async () => {
    const dev = { destination: '/dev', type: 'tmpfs', options: ['nosuid', 'mode=755', 'ro'] };
    const request = machine().request(['sh', '-c', 'echo x > /dev/null; touch /dev/x'], {
      withoutMounts: ['/dev', '/dev/pts', '/dev/mqueue', '/dev/shm'],
      mounts: [dev],
    });
    const { stderr } = await machine().finish(request);
    expect(stderr).toBe('touch: /dev/x: Read-only file system\n');
  });
});

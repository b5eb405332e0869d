import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { RootfsMount } from '../../../runtime/snapshot/rootfs-mount.ts';
import { describe, expect, it } from 'vitest';
import { defaultCapabilities } from '../../../runtime/launch/process/capabilities.ts';
import { defaultSeccomp, kernelVersion } from '../../../runtime/launch/seccomp/default-profile.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { type Change } from './machine.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();

describe('a container has its own', () => {
  it.each(['pid', 'mnt', 'uts', 'ipc', 'net', 'cgroup'])('%s namespace', async (name) => {
    expect(await machine().shell(`readlink /proc/self/ns/${name}`)).not.toBe(
      readlinkSync(`/proc/self/ns/${name}`),
    );
  });

  it('process ids, with its program as the first', async () => {
    // Counted by the shell itself, which forks nobody for it.
    expect(await machine().shell('echo $$; set -- /proc/[0-9]*; echo $#')).toBe('1\n1');
  });

  it('host name', async () => {
    expect(await machine().shell('hostname', { hostname: 'lighthouse' })).toBe('lighthouse');
  });

  it('loopback interface, which is up, and no other', async () => {
    expect(await machine().shell('ls /sys/class/net; cat /sys/class/net/lo/carrier')).toBe('lo\n1');
  });

  it('view of its cgroups, which begins at itself', async () => {
    expect(await machine().shell('grep -v ":/$" /proc/self/cgroup | wc -l')).toBe('0');
    expect(
      await machine().shell(
        'ls /sys/fs/cgroup/memory/cgroup.procs /sys/fs/cgroup/cgroup.procs 2>/dev/null | wc -l',
      ),
    ).toBe('1');
  });

  it('devices, and none of the host', async () => {
    expect(await machine().shell('ls /dev')).toBe(
      [
        'fd',
        'full',
        'mqueue',
        'null',
        'ptmx',
        'pts',
        'random',
        'shm',
        'stderr',
        'stdin',
        'stdout',
        'tty',
        'urandom',
        'zero',
      ].join('\n'),
    );
    expect(
      await machine().shell(
        'echo lost > /dev/null; head -c 4 /dev/zero | wc -c; head -c 8 /dev/urandom | wc -c',
      ),
    ).toBe('4\n8');
  });
});

describe('a container gets no more than it asked for', () => {
  it('descriptors: its three streams, nothing else', async () => {
    // The shell's glob opens one itself while it lists.
    expect(
      await machine().shell('for f in /proc/self/fd/*; do [ -e $f ] && echo ${f##*/}; done; true'),
    ).toBe('0\n1\n2');
  });

  it('mounts: nothing of the host but what was asked for', async () => {
    const points = await machine().shell(
      "awk '{print $5}' /proc/self/mountinfo | grep -v ^/proc/ | grep -v ^/sys/ | sort",
    );
    expect(points).toBe(
      ['/', '/dev', '/dev/mqueue', '/dev/pts', '/dev/shm', '/proc', '/sys'].join('\n'),
    );
  });

  it('capabilities: exactly the sets of the config', async () => {
    const none = { bounding: [], effective: [], permitted: [] };
    expect(
      await machine().shell('grep -h ^Cap /proc/self/status | cut -f2 | sort -u', {
        process: { capabilities: none },
      }),
    ).toBe('0000000000000000');
    expect(await machine().shell('grep -h CapEff /proc/self/status | cut -f2')).toBe(
      '00000000a80425fb',
    );
  });

  it('ambient capabilities survive a change of user', async () => {
    const names = ['CAP_NET_BIND_SERVICE'];
    const capabilities = {
      bounding: names,
      effective: names,
      permitted: names,
      inheritable: names,
      ambient: names,
    };
    const user = { uid: 1000, gid: 1000 };
    expect(
      await machine().shell('grep -h CapEff /proc/self/status | cut -f2', {
        process: { capabilities, user },
      }),
    ).toBe('0000000000000400');
  });

  it('user, groups, umask, current folder and environment', async () => {
    const process = {
      user: { uid: 1234, gid: 2345, additionalGids: [7, 8], umask: 0o077 },
      cwd: '/made/for/it',
      env: ['PATH=/bin', 'COLOUR=blue'],
    };
    expect(await machine().shell('id -u; id -g; id -G; umask; pwd; env | sort', { process })).toBe(
      '1234\n2345\n2345 7 8\n0077\n/made/for/it\nCOLOUR=blue\nPATH=/bin\nPWD=/made/for/it\nSHLVL=1',
    );
  });

  it('streams belong to its user, who can open them again', async () => {
    const { stdout, stderr } = await machine().run(
      ['sh', '-c', 'echo out > /dev/stdout; echo err > /dev/stderr'],
      {
        process: { user: { uid: 1000, gid: 1000 } },
      },
    );
    expect({ stdout, stderr }).toEqual({ stdout: 'out\n', stderr: 'err\n' });
  });

  it('no_new_privs when asked', async () => {
    const script = 'grep NoNewPrivs /proc/self/status | cut -f2';
    expect(await machine().shell(script)).toBe('0');
    expect(await machine().shell(script, { process: { noNewPrivileges: true } })).toBe('1');
  });

  it.each([false, true])(
    'the default seccomp profile, with no_new_privs %s',
    async (noNewPrivileges) => {
      const seccomp = defaultSeccomp({
        capabilities: defaultCapabilities,
        architecture: currentArchitecture(),
        kernel: kernelVersion('6.18.0'),
      });
      const { stdout, stderr } = await machine().run(
        ['sh', '-c', 'grep ^Seccomp: /proc/self/status | cut -f2; unshare -U true'],
        {
          linux: { seccomp },
          process: { noNewPrivileges },
        },
      );
      expect(stdout).toBe('2\n');
      expect(stderr).toContain('Operation not permitted');
    },
  );

  it('a filter that forbids what berth itself looked up before', async () => {
    const forbidden = { names: ['getcwd'], action: 'SCMP_ACT_ERRNO' as const };
    const seccomp = { defaultAction: 'SCMP_ACT_ALLOW' as const, syscalls: [forbidden] };
    const { exit } = await machine().run(['true'], { linux: { seccomp } });
    expect(exit.exitCode).toBe(0);
  });

  it('masked and read-only paths', async () => {
    expect(await machine().shell('wc -c < /proc/keys; ls /sys/firmware | wc -l')).toBe('0\n0');
    const { stderr, exit } = await machine().run([
      'sh',
      '-c',
      'echo x > /proc/sys/kernel/domainname',
    ]);
    expect(stderr).toContain('Read-only file system');
    expect(exit.exitCode).not.toBe(0);
  });

  it('masks and standard input that are not the null device of the host', async () => {
    const host = statSync('/dev/null');
    const seen = await machine().shell('stat -L -c "%D %i" /proc/keys /proc/self/fd/0 /dev/null');
    const lines = seen.split('\n');
    expect(new Set(lines).size).toBe(1);
    expect(lines[0]).not.toBe(`${host.dev.toString(16)} ${host.ino}`);
    await machine().run(['chmod', '0600', '/proc/keys']);
    expect(statSync('/dev/null').mode).toBe(host.mode);
  });

  it('a read-only root, but writable mounts', async () => {
    const { stderr } = await machine().run(
      ['sh', '-c', 'echo x > /tmp/x; echo y > /dev/shm/y && cat /dev/shm/y >&2'],
      { readonly: true },
    );
    expect(stderr).toContain("can't create /tmp/x: Read-only file system");
    expect(stderr).toContain('y\n');
  });

  it('resource limits, as far as this host lets them be', async () => {
    const rlimits = [{ type: 'RLIMIT_NOFILE' as const, soft: 100, hard: 200 }];
    expect(await machine().shell('ulimit -Sn; ulimit -Hn', { process: { rlimits } })).toBe(
      '100\n200',
    );
  });

  it('sysctls of its own namespaces', async () => {
    expect(
      await machine().shell('cat /proc/sys/net/ipv4/ip_forward', {
        linux: { sysctl: { 'net.ipv4.ip_forward': '1' } },
      }),
    ).toBe('1');
  });

  it('a user namespace when asked, where root is nobody outside', async () => {
    const namespaces = (['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'user'] as const).map(
      (type) => ({ type }),
    );
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const request = machine().request(['sh', '-c', 'id -u; cat /proc/self/uid_map; sleep 30'], {
      linux: { namespaces, uidMappings: mappings, gidMappings: mappings },
    });
    giveToUser(machine().folder, request.rootfs, 100_000);
    const running = await machine().start(request);
    await running.said('65536');
    expect(readlinkSync(`/proc/${running.pid}/ns/user`)).not.toBe(
      readlinkSync('/proc/self/ns/user'),
    );
    running.monitor.signal(9);
    const { stdout } = await running.ended();
    expect(stdout.replace(/ +/g, ' ')).toBe('0\n 0 100000 65536\n');
  });
});

describe('no path leads out of a container', () => {
  it.each(['/tmp', '../../../tmp', '/../../tmp/../tmp'])(
    'a bind mount through the link %s stays inside',
    async (target) => {
      rmSync(machine().image('link'), { force: true });
      symlinkSync(target, machine().image('link'));
      writeFileSync(`${machine().folder}/secret`, 'of the host');
      const mounts = [
        {
          destination: '/link/of-berth-test',
          source: `${machine().folder}/secret`,
          options: ['bind', 'ro'],
        },
      ];
      expect(await machine().shell('cat /tmp/of-berth-test', { mounts })).toBe('of the host');
      expect(existsSync('/tmp/of-berth-test')).toBe(false);
    },
  );

  it.each([
    '/proc/self/cwd/tmp',
    '/proc/self/fd/200/..',
    '/proc/1/root/tmp',
    '/proc/self/root/tmp',
  ])('a bind mount through the link %s is refused', async (target) => {
    rmSync(machine().image('link'), { force: true });
    symlinkSync(target, machine().image('link'));
    const mounts = [
      { destination: '/link/of-berth-test', source: machine().folder, options: ['bind', 'ro'] },
    ];
    await expect(machine().run(['true'], { mounts })).rejects.toMatchObject({
      code: 'START_FAILED',
    });
    expect(existsSync('/tmp/of-berth-test')).toBe(false);
  });

  it('a read-only bind mount cannot be written', async () => {
    mkdirSync(`${machine().folder}/shared`, { recursive: true });
    const mount = { destination: '/shared', source: `${machine().folder}/shared` };
    const { stderr } = await machine().run(['touch', '/shared/x'], {
      mounts: [{ ...mount, options: ['rbind', 'ro'] }],
    });
    expect(stderr).toContain('Read-only file system');
    expect(
      await machine().shell('touch /shared/x; ls /shared', {
        mounts: [{ ...mount, options: ['rbind'] }],
      }),
    ).toBe('x');
  });

  it('a bind mount can be read-only with all that is mounted below', async () => {
    const source = `${machine().folder}/outer`;
    mkdirSync(`${source}/inner`, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', 'inner', `${source}/inner`]);
    try {
      const script = 'touch /outer/inner/x';
      const bind = (option: string): Change => ({
        mounts: [{ destination: '/outer', source, options: ['rbind', option] }],
      });
      expect((await machine().run(['sh', '-c', script], bind('rro'))).stderr).toContain(
        'Read-only',
      );
      // Plain `ro` is about the mount itself, as the kernel has it.
      expect((await machine().run(['sh', '-c', script], bind('ro'))).exit.exitCode).toBe(0);
    } finally {
      execFileSync('umount', [`${source}/inner`]);
    }
  });

  it.each(['/proc/self/fd/200', '/proc/self/fd/201', '/proc/self/fd/6'])(
    'the current folder cannot be %s (CVE-2024-21626)',
    async (cwd) => {
      const request = machine().request(['pwd'], { process: { cwd } });
      await expect(machine().runtime.start(request)).rejects.toMatchObject({
        code: 'START_FAILED',
      });
    },
  );
});

/** What whoever remaps users has to do: the layers can be reached, and the writable folders belong to the user. */
function giveToUser(folder: string, rootfs: RootfsMount, uid: number): void {
  chmodSync(folder, 0o755);
  if (rootfs.type !== 'overlay') return;
  for (const path of [dirname(rootfs.upper), rootfs.upper, rootfs.work]) {
    chmodSync(path, 0o755);
    chownSync(path, uid, uid);
  }
}

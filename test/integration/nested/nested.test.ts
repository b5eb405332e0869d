import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ownCapabilities } from '../../../runtime/container/spec/capability-set.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import type { CommandResult } from '../api/test-daemon.ts';
import { type Change } from '../launch/machine.ts';
import { useMachine } from '../launch/use-machine.ts';

const checkout = resolve(import.meta.dirname, '../../..');
const child = `${import.meta.dirname}/engine-child.ts`;
const system = ['/bin', '/etc', '/lib', '/lib64', '/sbin', '/usr'].filter((path) =>
  existsSync(path),
);

const machine = useMachine();
beforeAll(() => {
  chmodSync(machine().folder, 0o755);
  // Root of a user namespace could not make them.
  for (const path of ['/proc', '/sys', '/dev', '/run', '/tmp', '/var', ...system, checkout])
    mkdirSync(`${machine().folder}/tree${path}`, { recursive: true });
});

const namespaces = (['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup'] as const).map((type) => ({
  type,
}));
const all = [...(await ownCapabilities())];
const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];

/** As `docker run --privileged`: nothing is hidden, limited or kept back. */
function privileged(access: 'rw' | 'ro' = 'rw'): Change {
  const bind = (path: string): NonNullable<SpecInput['mounts']>[number] => ({
    destination: path,
    source: path,
    options: ['rbind', 'ro'],
  });
  const own = (destination: string): NonNullable<SpecInput['mounts']>[number] => ({
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'nodev', 'mode=1777'],
  });
  return {
    process: {
      env: ['PATH=/usr/bin:/bin:/usr/sbin:/sbin', 'HOME=/root'],
      capabilities: { bounding: all, effective: all, permitted: all },
    },
    withoutMounts: ['/sys', '/sys/fs/cgroup'],
    mounts: [
      {
        destination: '/sys',
        type: 'sysfs',
        source: 'sysfs',
        options: ['nosuid', 'noexec', 'nodev'],
      },
      {
        destination: '/sys/fs/cgroup',
        type: 'cgroup',
        source: 'cgroup',
        options: [access, 'nosuid', 'noexec', 'nodev'],
      },
      own('/run'),
      own('/tmp'),
      own('/var'),
      ...system.map(bind),
      bind(checkout),
    ],
    linux: {
      namespaces,
      maskedPaths: [],
      readonlyPaths: [],
      resources: { devices: [{ allow: true, access: 'rwm' }] },
    },
  };
}

/** The same, as root of a user namespace that has nothing to say on the host. */
function inUserNamespace(access: 'rw' | 'ro' = 'rw'): Change {
  const change = privileged(access);
  return {
    ...change,
    linux: {
      ...change.linux,
      namespaces: [...namespaces, { type: 'user' }],
      uidMappings: mappings,
      gidMappings: mappings,
    },
  };
}

/** What each `docker` command says to an engine that was started inside such a container. */
async function within(
  change: Change,
  ...commands: readonly (readonly string[])[]
): Promise<readonly CommandResult[]> {
  const args = [process.execPath, '--disable-warning=ExperimentalWarning', child];
  const request = machine().request(
    [...args, ...commands.map((one) => JSON.stringify(one))],
    change,
  );
  const rootfs = { type: 'bind', path: `${machine().folder}/tree` } as const;
  mkdirSync(dirname(rootfs.path), { recursive: true });
  const { stdout, stderr } = await machine().finish({ ...request, rootfs });
  try {
    return (JSON.parse(stdout) as { readonly results: readonly CommandResult[] }).results;
  } catch {
    throw new Error(`the engine said: ${stdout}${stderr}`);
  }
}

const run = (...args: readonly string[]): readonly string[] => [
  ...['run', '--rm', '--network', 'none'],
  ...args,
];

describe.each([
  ['a privileged container', privileged],
  ['a privileged container in a user namespace', inUserNamespace],
])('in %s the engine', (_, change) => {
  it('starts hello-world and busybox', async () => {
    const script = 'id -u; hostname; ls -d /dev/null /proc/1; cat /proc/self/uid_map';
    const [hello, busybox] = await within(
      change(),
      run('hello-world'),
      run('--hostname', 'inner', 'bb', 'sh', '-c', script),
    );
    expect(hello).toMatchObject({ exitCode: 0, stderr: '' });
    expect(hello?.stdout).toContain('Hello from berth!');
    expect(busybox).toMatchObject({ exitCode: 0, stderr: '' });
    expect(busybox?.stdout).toMatch(/^0\ninner\n\/dev\/null\n\/proc\/1\n/);
  });

  it('keeps what a container changes, and makes images of it', async () => {
    // A folder that is made again hides the one below it, which overlayfs notes in an attribute.
    const script =
      'cp /bin/busybox /busybox; rm -r /bin; /busybox mkdir /bin; /busybox cp /busybox /bin/sh; /busybox rm /etc/plain';
    const [made, diff, commit, again] = await within(
      change(),
      ['run', '--name', 'one', '--network', 'none', 'bb', 'sh', '-c', script],
      ['diff', 'one'],
      ['commit', 'one', 'two'],
      run('two', '/busybox', 'ls', '/bin', '/etc/plain'),
    );
    for (const done of [made, diff, commit])
      expect(done).toMatchObject({ exitCode: 0, stderr: '' });
    for (const change of ['A /busybox', 'D /bin/wc', 'D /etc/plain'])
      expect(diff?.stdout.split('\n')).toContain(change);
    expect(again).toMatchObject({
      stdout: '/bin:\nsh\n',
      stderr: expect.stringContaining('/etc/plain: No such file') as unknown,
    });
  });

  it('takes what is asked for and not allowed there for a wish', async () => {
    const [result] = await within(
      change(),
      run('--oom-score-adj', '-500', '--ulimit', 'nofile=9999999:9999999', 'bb', 'true'),
    );
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('in a container whose cgroups are not its own the engine', () => {
  it.each([
    ["because they are the host's", 'rw'],
    ['because they are read-only', 'ro'],
  ] as const)('starts containers that ask nothing of them, %s', async (_, access) => {
    const [without, limited, paused] = await within(
      inUserNamespace(access),
      run('bb', 'cat', '/proc/self/cgroup'),
      run('-m', '64m', '--pids-limit', '50', 'bb', 'true'),
      ['pause', 'none'],
    );
    expect(without).toMatchObject({ exitCode: 0, stderr: '' });
    expect(limited?.exitCode).toBe(125);
    expect(limited?.stderr).toContain(
      "'linux.resources.memory.limit', 'linux.resources.memory.swap'",
    );
    expect(limited?.stderr).toContain('linux.resources.pids');
    expect(paused?.exitCode).toBe(1);
  });
});

describe('in a user namespace with the network of the host', () => {
  it('/sys is what the host has, since its root may not mount it', async () => {
    const shared = inUserNamespace();
    const change: Change = {
      ...shared,
      linux: {
        ...shared.linux,
        namespaces: [...namespaces.filter(({ type }) => type !== 'network'), { type: 'user' }],
      },
    };
    const [result] = await within(change, [
      'run',
      '--rm',
      '--network',
      'host',
      'bb',
      'sh',
      '-c',
      'ls -d /sys/class/net/lo; touch /sys/x',
    ]);
    expect(result?.stdout).toBe('/sys/class/net/lo\n');
    expect(result?.stderr).toContain('Read-only file system');
  });
});

import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ownCapabilities } from '../../../runtime/container/spec/capability-set.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import { expectAsBefore, type Leftovers, leftovers } from '../../support/leftovers.ts';
import type { CommandResult } from '../api/test-daemon.ts';
import { type Change, Machine } from '../launch/machine.ts';

const checkout = resolve(import.meta.dirname, '../../..');
const child = `${import.meta.dirname}/engine-child.ts`;
const system = ['/bin', '/etc', '/lib', '/lib64', '/sbin', '/usr'].filter((path) =>
  existsSync(path),
);

let machine: Machine;
let before: Leftovers;
beforeAll(async () => {
  machine = await Machine.create();
  chmodSync(machine.folder, 0o755);
  mkdirSync(`${machine.folder}/tree${checkout}`, { recursive: true });
});
afterAll(async () => {
  await machine.dispose();
});
beforeEach(() => {
  before = leftovers();
});
afterEach(async () => {
  await expectAsBefore(before);
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
  const request = machine.request([...args, ...commands.map((one) => JSON.stringify(one))], change);
  const rootfs = { type: 'bind', path: `${machine.folder}/tree` } as const;
  mkdirSync(dirname(rootfs.path), { recursive: true });
  const { stdout, stderr } = await machine.finish({ ...request, rootfs });
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
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StartRequest } from '../../../runtime/launch/plan-start.ts';
import type { NamespaceType } from '../../../runtime/spec/linux.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import { type Change, type Running } from './machine.ts';
import { useMachine } from './use-machine.ts';

type Namespaces = NonNullable<NonNullable<SpecInput['linux']>['namespaces']>;

const names = {
  pid: 'pid',
  network: 'net',
  mount: 'mnt',
  ipc: 'ipc',
  uts: 'uts',
  user: 'user',
  cgroup: 'cgroup',
  time: 'time',
} as const satisfies Record<NamespaceType, string>;
const withoutUser = ['pid', 'network', 'mount', 'ipc', 'uts', 'cgroup', 'time'] as const;
const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];

const held = ['CAP_SYS_ADMIN', 'CAP_NET_ADMIN'];
const administrator = {
  capabilities: { bounding: held, effective: held, permitted: held },
};

const machine = useMachine();
beforeAll(() => {
  chmodSync(machine().folder, 0o755);
});
function own(name: string): string {
  return readlinkSync(`/proc/self/ns/${name}`);
}

function fresh(...types: readonly NamespaceType[]): Namespaces {
  return types.map((type) => ({ type }));
}

/** All new, but those of the given types, which are those of the process. */
function joining(pid: number, ...types: readonly NamespaceType[]): Namespaces {
  return [
    ...fresh(...withoutUser.filter((type) => !types.includes(type))),
    ...types.map((type) => ({ type, path: `/proc/${pid}/ns/${names[type]}` })),
  ];
}

/** A request for a container in a user namespace: its writable folders belong to its root. */
function mapped(args: readonly string[], change: Change, uid = 100_000): StartRequest {
  const request = machine().request(args, change);
  if (request.rootfs.type !== 'overlay') throw new Error('the root is no overlay');
  for (const path of [dirname(request.rootfs.upper), request.rootfs.upper, request.rootfs.work]) {
    chmodSync(path, 0o755);
    chownSync(path, uid, uid);
  }
  return request;
}

async function end(...containers: readonly Running[]): Promise<void> {
  for (const container of containers) {
    container.monitor.signal(9);
    await container.ended();
  }
}

/** What a shell in the container says; it must end well. */
async function output(request: StartRequest): Promise<string> {
  const { stdout, stderr, exit } = await machine().finish(request);
  expect({ stderr, exitCode: exit.exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout.trim();
}

/** A process in namespaces of its own, with the files of the host. */
async function outsider(
  ...options: readonly string[]
): Promise<{ readonly pid: number; end(): Promise<void> }> {
  const args = [...options, 'sh', '-c', 'echo ready; exec sleep 60'];
  const process = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(process.stdout, 'data');
  return {
    pid: process.pid ?? 0,
    async end() {
      process.kill('SIGKILL');
      await once(process, 'exit');
    },
  };
}

describe('a namespace is joined by its path', () => {
  it.each(withoutUser.filter((type) => type !== 'mount'))('%s', async (type) => {
    const owner = await machine().start(
      machine().request(['sleep', '60'], { linux: { namespaces: fresh(...withoutUser) } }),
    );
    const name = names[type];
    const wanted = readlinkSync(`/proc/${owner.pid}/ns/${name}`);
    const seen = await machine().shell(`readlink /proc/self/ns/${name}`, {
      linux: { namespaces: joining(owner.pid, type) },
    });
    expect(wanted).not.toBe(own(name));
    expect(seen).toBe(wanted);
    await end(owner);
  });

  it('mount, which is as before when the container has ended', async () => {
    const owner = await outsider('--mount');
    const mounts = readFileSync(`/proc/${owner.pid}/mountinfo`, 'utf8');
    const running = await machine().start(
      machine().request(['sh', '-c', 'ls /; sleep 60'], {
        linux: { namespaces: joining(owner.pid, 'mount') },
      }),
    );
    await running.said('sys');
    expect(readlinkSync(`/proc/${running.pid}/ns/mnt`)).toBe(
      readlinkSync(`/proc/${owner.pid}/ns/mnt`),
    );
    expect(readFileSync(`/proc/${owner.pid}/mountinfo`, 'utf8')).toContain(
      `${running.runDir}/rootfs/proc`,
    );
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(running.runDir);
    running.monitor.signal(9);
    expect((await running.ended()).stdout).toContain('proc\nsys\n');
    expect(readFileSync(`/proc/${owner.pid}/mountinfo`, 'utf8')).toBe(mounts);
    await expect(
      machine().run(['/none'], { linux: { namespaces: joining(owner.pid, 'mount') } }),
    ).rejects.toMatchObject({ code: 'EXEC_NOT_FOUND' });
    expect(readFileSync(`/proc/${owner.pid}/mountinfo`, 'utf8')).toBe(mounts);
    await owner.end();
  });

  it('all at once', async () => {
    const owner = await outsider('--mount', '--net', '--uts', '--ipc', '--cgroup');
    const joined = withoutUser.filter((type) => type !== 'pid' && type !== 'time');
    const seen = await machine().shell(
      `for name in ${joined.map((type) => names[type]).join(' ')}; do readlink /proc/self/ns/$name; done`,
      { linux: { namespaces: joining(owner.pid, ...joined) } },
    );
    expect(seen.split('\n')).toEqual(
      joined.map((type) => readlinkSync(`/proc/${owner.pid}/ns/${names[type]}`)),
    );
    await owner.end();
  });

  it('user, which all that is new then belongs to', async () => {
    const owner = await machine().start(
      mapped(['sleep', '60'], {
        linux: {
          namespaces: fresh(...withoutUser, 'user'),
          uidMappings: mappings,
          gidMappings: mappings,
        },
      }),
    );
    const namespaces = [
      ...fresh('pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'time'),
      { type: 'user' as const, path: `/proc/${owner.pid}/ns/user` },
    ];
    const script =
      'readlink /proc/self/ns/user; id -u; cat /proc/self/uid_map; hostname mine; hostname; ip link set lo mtu 1280; cat /sys/class/net/lo/mtu; cat /proc/self/timens_offsets; echo said > /dev/stdout';
    const seen = await output(
      mapped(['sh', '-c', script], {
        linux: { namespaces, timeOffsets: { boottime: { secs: 777 } } },
        process: administrator,
      }),
    );
    const lines = seen.replace(/ +/g, ' ').split('\n');
    expect(lines[0]).toBe(readlinkSync(`/proc/${owner.pid}/ns/user`));
    expect(lines.slice(1, 5)).toEqual(['0', ' 0 100000 65536', 'mine', '1280']);
    expect(lines.slice(5)).toEqual(['monotonic 0 0', 'boottime 777 0', 'said']);
    await end(owner);
  });

  it('user together with those that belong to it', async () => {
    const owner = await machine().start(
      mapped(['sleep', '60'], {
        linux: {
          namespaces: fresh(...withoutUser, 'user'),
          uidMappings: mappings,
          gidMappings: mappings,
        },
      }),
    );
    const types = ['user', 'network', 'ipc', 'uts', 'pid'] as const;
    const seen = await output(
      mapped(
        ['sh', '-c', `for n in user net ipc uts pid; do readlink /proc/self/ns/$n; done; hostname`],
        { linux: { namespaces: joining(owner.pid, ...types) }, hostname: 'other' },
      ),
    );
    expect(seen.split('\n')).toEqual([
      ...types.map((type) => readlinkSync(`/proc/${owner.pid}/ns/${names[type]}`)),
      'other',
    ]);
    await end(owner);
  });

  it('one of the host along with a new user namespace', async () => {
    const owner = await machine().start(
      machine().request(['sleep', '60'], { linux: { namespaces: fresh(...withoutUser) } }),
    );
    const seen = await output(
      mapped(['sh', '-c', 'readlink /proc/self/ns/net; id -u; grep -c . /proc/self/uid_map'], {
        linux: {
          namespaces: [
            ...fresh('pid', 'mount', 'uts', 'ipc', 'cgroup', 'user'),
            { type: 'network', path: `/proc/${owner.pid}/ns/net` },
          ],
          uidMappings: mappings,
          gidMappings: mappings,
        },
        // sysfs shows a network, and belongs to who owns that.
        withoutMounts: ['/sys', '/sys/fs/cgroup'],
      }),
    );
    expect(seen).toBe(`${readlinkSync(`/proc/${owner.pid}/ns/net`)}\n0\n1`);
    await end(owner);
  });

  it('that of the host, which is to stay in it', async () => {
    const namespaces = [
      ...fresh('mount'),
      ...(['user', 'network', 'ipc', 'uts', 'pid', 'cgroup', 'time'] as const).map((type) => ({
        type,
        path: `/proc/self/ns/${names[type]}`,
      })),
    ];
    const seen = await machine().shell('readlink /proc/self/ns/user; readlink /proc/self/ns/pid', {
      linux: { namespaces: namespaces.filter(({ type }) => type !== 'uts') },
      hostname: null,
    });
    expect(seen).toBe(`${own('user')}\n${own('pid')}`);
  });
});

describe('what is no namespace to join is refused by its field', () => {
  it.each([
    [
      'a file',
      () => `${machine().folder}/plain`,
      /namespaces\[0\]\.path ".*plain" is not a namespace/,
    ],
    [
      'a FIFO',
      () => `${machine().folder}/fifo`,
      /namespaces\[0\]\.path ".*fifo" is not a namespace/,
    ],
    ['another type', () => `/proc/${process.pid}/ns/ipc`, /ns\/ipc" is not a "network" namespace/],
    [
      'nothing',
      () => '/proc/self/ns/none',
      /namespaces\[0\]\.path "\/proc\/self\/ns\/none": ENOENT/,
    ],
  ])('%s', async (_, path, message) => {
    writeFileSync(`${machine().folder}/plain`, '');
    execFileSync('sh', [
      '-c',
      `test -p ${machine().folder}/fifo || mkfifo ${machine().folder}/fifo`,
    ]);
    for (const type of ['network', 'user'] as const) {
      if (type === 'user' && path().endsWith('/ipc')) continue;
      const namespaces = [{ type, path: path() }, ...fresh('mount', 'uts', 'pid')];
      await expect(machine().run(['true'], { linux: { namespaces } })).rejects.toMatchObject({
        code: 'NAMESPACE_INVALID',
        message: expect.stringMatching(message) as string,
      });
    }
  });
});

describe('without a namespace of its own a container', () => {
  it.each(withoutUser.filter((type) => type !== 'mount'))(
    'is in that of the host: %s',
    async (type) => {
      const namespaces = fresh(...withoutUser.filter((other) => other !== type));
      expect(
        await machine().shell(`readlink /proc/self/ns/${names[type]}`, {
          linux: { namespaces },
          ...(type === 'uts' && { hostname: null }),
        }),
      ).toBe(own(names[type]));
    },
  );

  it('has its root in the mounts of the host, which are as before when it ends', async () => {
    const namespaces = fresh('pid', 'uts', 'ipc', 'network', 'cgroup');
    const running = await machine().start(
      machine().request(
        ['sh', '-c', 'echo $$; ls -d /proc/sys /bin; wc -c < /proc/keys; sleep 60'],
        {
          linux: { namespaces },
        },
      ),
    );
    await running.said('0\n');
    expect(readlinkSync(`/proc/${running.pid}/ns/mnt`)).toBe(own('mnt'));
    expect(readlinkSync(`/proc/${running.pid}/root`)).toBe(`${running.runDir}/rootfs`);
    await end(running);
  });

  it('leaves no mount of the host behind when it cannot be started', async () => {
    const namespaces = fresh('pid', 'uts', 'ipc', 'network', 'cgroup');
    await expect(machine().run(['/none'], { linux: { namespaces } })).rejects.toMatchObject({
      code: 'EXEC_NOT_FOUND',
    });
  });

  it('does not change what the host has mounted, for other namespaces that share it', async () => {
    const outside = `${machine().folder}/outside`;
    mkdirSync(outside, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', 'outside', outside]);
    execFileSync('mount', ['--make-shared', outside]);
    try {
      const request = machine().request(['sleep', '60'], {
        linux: { namespaces: fresh('pid', 'uts', 'ipc', 'network', 'cgroup') },
      });
      const runDir = `${outside}/run`;
      mkdirSync(runDir);
      const peer = await machine().start(machine().request(['sleep', '60']));
      const running = await machine().start({ ...request, runDir });
      const seen = readFileSync(`/proc/${peer.pid}/mountinfo`, 'utf8');
      expect(seen).not.toContain('outside/run/rootfs/proc');
      await end(running, peer);
    } finally {
      execFileSync('umount', [outside]);
    }
  });

  it('takes all its processes with it, PIDs of the host or not', async () => {
    const namespaces = fresh('mount', 'uts', 'ipc', 'network', 'cgroup');
    const script = 'sleep 987654 & (sleep 987654 &) ; echo ready; exec sleep 60';
    const running = await machine().start(
      machine().request(['sh', '-c', script], { linux: { namespaces } }),
    );
    await running.said('ready');
    const stragglers = (): readonly string[] =>
      readdirSync('/proc').filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('987654');
        } catch {
          return false;
        }
      });
    expect(stragglers().length).toBeGreaterThan(1);
    await end(running);
    await expect.poll(stragglers).toEqual([]);
  });
});

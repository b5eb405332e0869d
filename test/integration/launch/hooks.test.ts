import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { kill } from 'node:process';
import { describe, expect, it } from 'vitest';
import { hookKinds } from '../../../runtime/spec/hook-kinds.ts';
import type { HookKind } from '../../../runtime/spec/hook-kinds.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import { useHookNotes } from './hook-notes.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();
const notes = useHookNotes(machine);

describe('all six kinds', () => {
  it('are run in their order, each list as it is written', async () => {
    const hooks = Object.fromEntries(
      hookKinds.map((kind) => [
        kind,
        [1, 2].map((n) => notes().script(`echo ${kind} ${n} >> $notes/order`)),
      ]),
    );
    const program = `echo program >> ${notes().folder}/order`;
    const { exit, warnings } = await machine().finish(
      machine().request(['sh', '-c', program], { hooks, ...notes().shared }),
    );
    expect({ code: exit.exitCode, warnings }).toEqual({ code: 0, warnings: [] });
    const order = hookKinds.flatMap((kind) => [`${kind} 1`, `${kind} 2`]);
    order.splice(order.indexOf('poststart 1'), 0, 'program');
    const seen = notes().read('order').trim().split('\n');
    // The program runs beside poststart, and ends before poststop.
    expect(seen.filter((line) => line !== 'program')).toEqual(
      order.filter((line) => line !== 'program'),
    );
    expect(seen.indexOf('program')).toBeGreaterThan(seen.indexOf('startContainer 2'));
    expect(seen.indexOf('program')).toBeLessThan(seen.indexOf('poststop 1'));
  });

  it('get the state on standard input', async () => {
    const hooks = Object.fromEntries(
      hookKinds.map((kind) => [kind, [notes().script(`cat > $notes/${kind}`)]]),
    );
    const annotations = { 'org.example/quoted "name"': 'line\nbreak \u20ac' };
    const request = machine().request(['cat'], { hooks, annotations, ...notes().shared });
    const running = await machine().start({ ...request, stdin: 'open' });
    running.monitor.stdin.end();
    await running.ended();
    const state = (kind: HookKind): unknown => JSON.parse(notes().read(kind));
    const all = { ociVersion: '1.2.1', id: request.id, bundle: request.runDir, annotations };
    const { pid } = running;
    expect(Object.fromEntries(hookKinds.map((kind) => [kind, state(kind)]))).toEqual({
      prestart: { ...all, status: 'created', pid },
      createRuntime: { ...all, status: 'created', pid },
      createContainer: { ...all, status: 'created', pid: 1 },
      startContainer: { ...all, status: 'created', pid: 1 },
      poststart: { ...all, status: 'running', pid },
      poststop: { ...all, status: 'stopped' },
    });
  });

  it('run in the namespaces of their kind', async () => {
    const types = ['mnt', 'pid', 'uts', 'net', 'ipc', 'cgroup'] as const;
    const look = `for t in ${types.join(' ')}; do readlink /proc/self/ns/$t; done`;
    const hooks = Object.fromEntries(
      hookKinds.map((kind) => [kind, [notes().script(`(${look}; hostname) > $notes/${kind}`)]]),
    );
    const program = `(${look}; hostname) > ${notes().folder}/program`;
    await machine().finish(
      machine().request(['sh', '-c', program], { hooks, ...notes().shared, hostname: 'inside' }),
    );
    const host = types.map((type) => readlinkSync(`/proc/self/ns/${type}`)).join('\n');
    const own = readFileSync('/proc/sys/kernel/hostname', 'utf8');
    for (const kind of ['prestart', 'createRuntime', 'poststart', 'poststop'])
      expect(notes().read(kind), kind).toBe(`${host}\n${own}`);
    for (const kind of ['createContainer', 'startContainer'])
      expect(notes().read(kind), kind).toBe(notes().read('program'));
    for (const namespace of host.split('\n'))
      expect(notes().read('program')).not.toContain(namespace);
    expect(notes().read('program')).toMatch(/\ninside\n$/);
  });
});

describe('a hook gets', () => {
  it('exactly the environment of its config, an absent one that of the plan', async () => {
    const env = ['ONE=1', 'TWO='];
    const own = notes().script(`env -0 > $notes/own`, { env });
    const none = { ...notes().script(`/usr/bin/env -0 > $notes/none`), env: undefined };
    const inside = { ...notes().script(`/bin/env -0 > $notes/inside`), env: undefined };
    const hooks = { prestart: [own, none], startContainer: [inside] };
    const request = machine().request(['true'], {
      hooks,
      ...notes().shared,
      process: { env: ['OF=program'] },
    });
    await machine().finish({ ...request, hookEnvironment: ['OF=runtime'] });
    // A shell adds PWD and its like.
    const seen = (name: string): readonly string[] =>
      notes()
        .read(name)
        .split('\0')
        .filter((entry) => /^(ONE|TWO|OF|HOME)=/.test(entry))
        .sort();
    expect(seen('own')).toEqual(env);
    expect(seen('none')).toEqual(['OF=runtime']);
    expect(seen('inside')).toEqual(['OF=program']);
  });

  it('three descriptors, no blocked or ignored signal, a session, the bundle as its folder', async () => {
    const text =
      'ls /proc/self/fd > $notes/fds; ' +
      'pwd > $notes/cwd; umask > $notes/umask; cut -d" " -f5,6 /proc/$$/stat > $notes/session; echo $$ >> $notes/session';
    const request = machine().request(['true'], {
      hooks: {
        // No shell in between: it would unblock signals for what it runs.
        createRuntime: [
          notes().script(text),
          { path: '/bin/grep', args: ['grep', '^Sig', '/proc/self/status'] },
        ],
        poststop: [notes().script('ls /proc/self/fd > $notes/late')],
      },
      annotations: { 'run.oci.hooks.stdout': `${notes().folder}/signals` },
    });
    await machine().finish(request);
    // The fourth is the folder that ls reads.
    expect([notes().read('fds'), notes().read('late')]).toEqual(['0\n1\n2\n3\n', '0\n1\n2\n3\n']);
    expect(notes().read('signals')).toMatch(/SigBlk:\t0{16}\nSigIgn:\t0{16}\n/);
    expect(notes().read('cwd')).toBe(`${request.runDir}\n`);
    expect(notes().read('umask')).toBe('0022\n');
    const [group, session, own] = notes().read('session').trim().split(/\s+/);
    expect([group, session]).toEqual([own, own]);
  });

  it('its arguments as they are, its path as the only one when there are none', async () => {
    const hooks = {
      prestart: [
        notes().script('cat /proc/$$/cmdline > $notes/args', {
          args: ['other name', '-c', `cat /proc/$$/cmdline > ${notes().folder}/args`, 'a b', ''],
        }),
      ],
      createRuntime: [{ path: machine().image('args.sh') }],
    };
    writeFileSync(
      machine().image('args.sh'),
      `#!/bin/sh\necho "$0:$#" > ${notes().folder}/none\n`,
      {
        mode: 0o755,
      },
    );
    await machine().finish(machine().request(['true'], { hooks }));
    expect(notes().read('args')).toBe(
      `other name\0-c\0cat /proc/$$/cmdline > ${notes().folder}/args\0a b\0\0`,
    );
    expect(notes().read('none')).toBe(`${machine().image('args.sh')}:0\n`);
  });

  it('a state that fits into no pipe, which it need not read', async () => {
    const annotations = { big: 'x'.repeat(3_000_000) };
    const hooks = Object.fromEntries(
      hookKinds.map((kind) => [
        kind,
        [notes().script('true'), notes().script(`wc -c > $notes/${kind}`)],
      ]),
    );
    const { exit } = await machine().finish(
      machine().request(['true'], { hooks, annotations, ...notes().shared }),
    );
    expect(exit.exitCode).toBe(0);
    for (const kind of hookKinds)
      expect(Number(notes().read(kind)), kind).toBeGreaterThan(3_000_000);
  });
});

describe('createContainer', () => {
  it('sees the mounts of the container below the host, and can add to them', async () => {
    const text =
      'test -e rootfs/proc/self/status && test -c rootfs/dev/null && mount -t tmpfs hook rootfs/tmp && touch rootfs/tmp/made';
    const hooks = { createContainer: [notes().script(text)] };
    expect(await machine().shell('ls /tmp', { hooks })).toBe('made');
  });

  it('leaves no way out of the container', async () => {
    const hooks = { createContainer: [notes().script('true')] };
    const look =
      'ls /proc/self/fd; cat /proc/1/root/etc/hostname 2>&1; grep -c . /proc/self/mountinfo';
    const plain = await machine().run(['sh', '-c', look]);
    expect((await machine().run(['sh', '-c', look], { hooks })).stdout).toBe(plain.stdout);
  });
});

describe('startContainer', () => {
  it('runs with the rights of the program', async () => {
    const look =
      'id -u; id -G; grep -E "^(Cap|NoNewPrivs|Seccomp):" /proc/self/status; pwd; ulimit -n; umask';
    for (const noNewPrivileges of [false, true]) {
      const { exit, stderr, stdout } = await machine().run(['sh', '-c', look], {
        hooks: { startContainer: [notes().script(`(${look}) > $notes/hook`)] },
        ...notes().shared,
        process: {
          user: { uid: 0, gid: 0, additionalGids: [77] },
          cwd: '/tmp',
          noNewPrivileges,
          capabilities: {
            bounding: ['CAP_KILL'],
            effective: ['CAP_KILL'],
            permitted: ['CAP_KILL'],
          },
          rlimits: [{ type: 'RLIMIT_NOFILE', soft: 100, hard: 200 }],
        },
        linux: {
          seccomp: {
            defaultAction: 'SCMP_ACT_ALLOW',
            syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_ERRNO' }],
          },
        },
      });
      expect([exit.exitCode, stderr]).toEqual([0, '']);
      expect(notes().read('hook')).toBe(stdout);
    }
  });

  it('cannot get around the filter', async () => {
    const syscalls = [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_KILL_PROCESS' as const }];
    const request = machine().request(['true'], {
      hooks: { startContainer: [{ path: '/bin/mkdir', args: ['mkdir', '/tmp/made'] }] },
      linux: { seccomp: { defaultAction: 'SCMP_ACT_ALLOW', syscalls } },
    });
    await expect(machine().runtime.start(request)).rejects.toMatchObject({
      code: 'HOOK_FAILED',
      message: expect.stringContaining('ended by signal 31 (bad system call)') as string,
    });
  });

  it('leaves the signals of the program as they were', async () => {
    const look = 'grep -E "^Sig(Blk|Ign)" /proc/self/status';
    const hooks = { startContainer: [{ path: '/bin/true' }] };
    expect(await machine().shell(look, { hooks })).toBe(await machine().shell(look));
  });
});

it('a hook that leaves a process behind with its output open holds up nothing', async () => {
  const text = '(sleep 1000 & echo $! > $notes/pid) ; exit 0';
  const { exit } = await machine().finish(
    machine().request(['true'], { hooks: { prestart: [notes().script(text)] } }),
  );
  expect(exit.exitCode).toBe(0);
  kill(Number(notes().read('pid')), 'SIGKILL');
});

it('poststop finds neither process nor cgroup', async () => {
  const hooks = {
    poststop: [
      notes().script(
        'ls -d /sys/fs/cgroup/*$cgroup /sys/fs/cgroup$cgroup > $notes/cgroups 2>/dev/null; true',
      ),
    ],
  };
  const request = machine().request(['true'], { hooks });
  const path = request.spec.linux.cgroupsPath ?? '';
  const all = parseSpec({
    ...request.spec,
    hooks: {
      poststop: [
        notes().script(
          `ls -d /sys/fs/cgroup/*${path} /sys/fs/cgroup${path} > $notes/cgroups 2>/dev/null; true`,
        ),
      ],
    },
  });
  await machine().finish({ ...request, spec: all });
  expect(notes().read('cgroups')).toBe('');
});

it('annotations of crun send the output of hooks to files', async () => {
  const annotations = {
    'run.oci.hooks.stdout': `${notes().folder}/out`,
    'run.oci.hooks.stderr': `${notes().folder}/err`,
  };
  const hook = notes().script('echo out; echo err >&2');
  await machine().finish(
    machine().request(['true'], {
      annotations,
      hooks: { prestart: [hook], createContainer: [hook], poststop: [hook] },
    }),
  );
  expect([notes().read('out'), notes().read('err')]).toEqual([
    'out\n'.repeat(3),
    'err\n'.repeat(3),
  ]);
});

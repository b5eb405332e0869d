import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { kill } from 'node:process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hookKinds } from '../../../runtime/spec/hooks.ts';
import type { Hook, HookKind } from '../../../runtime/spec/hooks.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import { expectAsBefore, type Leftovers, leftovers } from '../../support/leftovers.ts';
import { Machine } from './machine.ts';

let machine: Machine;
let before: Leftovers;
let notes: string;
let number = 0;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(async () => {
  await machine.dispose();
});
beforeEach(() => {
  before = leftovers();
  number += 1;
  notes = `${machine.folder}/notes-${number}`;
  mkdirSync(notes);
  // Seen by all hooks: on the host as it is, in the container as a mount.
  mkdirSync(machine.image(notes.slice(1)), { recursive: true });
});
afterEach(async () => {
  await expectAsBefore(before);
});

/** A hook that is a shell script, which finds `$notes`. */
function script(text: string, more: Partial<Hook> = {}): Hook {
  return {
    path: '/bin/sh',
    args: ['sh', '-c', `notes=${notes}; ${text}`],
    env: ['PATH=/usr/bin:/bin'],
    ...more,
  };
}

function note(name: string): string {
  return readFileSync(`${notes}/${name}`, 'utf8');
}

/** The folder of notes, mounted in the container where it is on the host. */
function shared(): {
  readonly mounts: { destination: string; source: string; options: string[] }[];
} {
  return { mounts: [{ destination: notes, source: notes, options: ['bind'] }] };
}

describe('all six kinds', () => {
  it('are run in their order, each list as it is written', async () => {
    const hooks = Object.fromEntries(
      hookKinds.map((kind) => [
        kind,
        [1, 2].map((n) => script(`echo ${kind} ${n} >> $notes/order`)),
      ]),
    );
    const program = `echo program >> ${notes}/order`;
    const { exit, warnings } = await machine.finish(
      machine.request(['sh', '-c', program], { hooks, ...shared() }),
    );
    expect({ code: exit.exitCode, warnings }).toEqual({ code: 0, warnings: [] });
    const order = hookKinds.flatMap((kind) => [`${kind} 1`, `${kind} 2`]);
    order.splice(order.indexOf('poststart 1'), 0, 'program');
    const seen = note('order').trim().split('\n');
    // The program runs beside poststart, and ends before poststop.
    expect(seen.filter((line) => line !== 'program')).toEqual(
      order.filter((line) => line !== 'program'),
    );
    expect(seen.indexOf('program')).toBeGreaterThan(seen.indexOf('startContainer 2'));
    expect(seen.indexOf('program')).toBeLessThan(seen.indexOf('poststop 1'));
  });

  it('get the state on standard input', async () => {
    const hooks = Object.fromEntries(
      hookKinds.map((kind) => [kind, [script(`cat > $notes/${kind}`)]]),
    );
    const annotations = { 'org.example/quoted "name"': 'line\nbreak \u20ac' };
    const request = machine.request(['cat'], { hooks, annotations, ...shared() });
    const running = await machine.start({ ...request, stdin: 'open' });
    running.monitor.stdin.end();
    await running.ended();
    const state = (kind: HookKind): unknown => JSON.parse(note(kind));
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
      hookKinds.map((kind) => [kind, [script(`(${look}; hostname) > $notes/${kind}`)]]),
    );
    const program = `(${look}; hostname) > ${notes}/program`;
    await machine.finish(
      machine.request(['sh', '-c', program], { hooks, ...shared(), hostname: 'inside' }),
    );
    const host = types.map((type) => readlinkSync(`/proc/self/ns/${type}`)).join('\n');
    const own = readFileSync('/proc/sys/kernel/hostname', 'utf8');
    for (const kind of ['prestart', 'createRuntime', 'poststart', 'poststop'])
      expect(note(kind), kind).toBe(`${host}\n${own}`);
    for (const kind of ['createContainer', 'startContainer'])
      expect(note(kind), kind).toBe(note('program'));
    for (const namespace of host.split('\n')) expect(note('program')).not.toContain(namespace);
    expect(note('program')).toMatch(/\ninside\n$/);
  });
});

describe('a hook gets', () => {
  it('exactly the environment of its config, an absent one that of the plan', async () => {
    const env = ['ONE=1', 'TWO='];
    const own = script(`env -0 > $notes/own`, { env });
    const none = { ...script(`/usr/bin/env -0 > $notes/none`), env: undefined };
    const inside = { ...script(`/bin/env -0 > $notes/inside`), env: undefined };
    const hooks = { prestart: [own, none], startContainer: [inside] };
    const request = machine.request(['true'], {
      hooks,
      ...shared(),
      process: { env: ['OF=program'] },
    });
    await machine.finish({ ...request, hookEnvironment: ['OF=runtime'] });
    // A shell adds PWD and its like.
    const seen = (name: string): readonly string[] =>
      note(name)
        .split('\0')
        .filter((entry) => /^(ONE|TWO|OF|HOME)=/.test(entry))
        .sort();
    expect(seen('own')).toEqual(env);
    expect(seen('none')).toEqual(['OF=runtime']);
    expect(seen('inside')).toEqual(['OF=program']);
  });

  it('three descriptors, no blocked or ignored signal, a session, the bundle as its folder', async () => {
    const text =
      'ls /proc/self/fd > $notes/fds; grep -E "^Sig(Blk|Ign|Cgt)" /proc/self/status > $notes/signals; ' +
      'pwd > $notes/cwd; umask > $notes/umask; cut -d" " -f5,6 /proc/$$/stat > $notes/session; echo $$ >> $notes/session';
    const request = machine.request(['true'], {
      hooks: {
        createRuntime: [script(text)],
        poststop: [script('ls /proc/self/fd > $notes/late')],
      },
    });
    await machine.finish(request);
    // The fourth is the folder that ls reads.
    expect([note('fds'), note('late')]).toEqual(['0\n1\n2\n3\n', '0\n1\n2\n3\n']);
    expect(note('signals')).toMatch(/SigBlk:\t0{16}\nSigIgn:\t0{16}\n/);
    expect(note('cwd')).toBe(`${request.runDir}\n`);
    expect(note('umask')).toBe('0022\n');
    const [group, session, own] = note('session').trim().split(/\s+/);
    expect([group, session]).toEqual([own, own]);
  });

  it('its arguments as they are, its path as the only one when there are none', async () => {
    const hooks = {
      prestart: [
        script('cat /proc/$$/cmdline > $notes/args', {
          args: ['other name', '-c', `cat /proc/$$/cmdline > ${notes}/args`, 'a b', ''],
        }),
      ],
      createRuntime: [{ path: machine.image('args.sh') }],
    };
    writeFileSync(machine.image('args.sh'), `#!/bin/sh\necho "$0:$#" > ${notes}/none\n`, {
      mode: 0o755,
    });
    await machine.finish(machine.request(['true'], { hooks }));
    expect(note('args')).toBe(`other name\0-c\0cat /proc/$$/cmdline > ${notes}/args\0a b\0\0`);
    expect(note('none')).toBe(`${machine.image('args.sh')}:0\n`);
  });

  it('a state that fits into no pipe, which it need not read', async () => {
    const annotations = { big: 'x'.repeat(3_000_000) };
    const hooks = Object.fromEntries(
      hookKinds.map((kind) => [kind, [script('true'), script(`wc -c > $notes/${kind}`)]]),
    );
    const { exit } = await machine.finish(
      machine.request(['true'], { hooks, annotations, ...shared() }),
    );
    expect(exit.exitCode).toBe(0);
    for (const kind of hookKinds) expect(Number(note(kind)), kind).toBeGreaterThan(3_000_000);
  });
});

describe('createContainer', () => {
  it('sees the mounts of the container below the host, and can add to them', async () => {
    const text =
      'test -e rootfs/proc/self/status && test -c rootfs/dev/null && mount -t tmpfs hook rootfs/tmp && touch rootfs/tmp/made';
    const hooks = { createContainer: [script(text)] };
    expect(await machine.shell('ls /tmp', { hooks })).toBe('made');
  });

  it('leaves no way out of the container', async () => {
    const hooks = { createContainer: [script('true')] };
    const look =
      'ls /proc/self/fd; cat /proc/1/root/etc/hostname 2>&1; grep -c . /proc/self/mountinfo';
    const plain = await machine.run(['sh', '-c', look]);
    expect((await machine.run(['sh', '-c', look], { hooks })).stdout).toBe(plain.stdout);
  });
});

describe('startContainer', () => {
  it('runs with the rights of the program', async () => {
    const look =
      'id -u; id -G; grep -E "^(Cap|NoNewPrivs|Seccomp):" /proc/self/status; pwd; ulimit -n; umask';
    for (const noNewPrivileges of [false, true]) {
      const { exit, stderr, stdout } = await machine.run(['sh', '-c', look], {
        hooks: { startContainer: [script(`(${look}) > $notes/hook`)] },
        ...shared(),
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
      expect(note('hook')).toBe(stdout);
    }
  });

  it('cannot get around the filter', async () => {
    const syscalls = [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_KILL_PROCESS' as const }];
    const request = machine.request(['true'], {
      hooks: { startContainer: [{ path: '/bin/mkdir', args: ['mkdir', '/tmp/made'] }] },
      linux: { seccomp: { defaultAction: 'SCMP_ACT_ALLOW', syscalls } },
    });
    await expect(machine.runtime.start(request)).rejects.toMatchObject({
      code: 'HOOK_FAILED',
      message: expect.stringContaining('ended by signal 31 (bad system call)') as string,
    });
  });

  it('leaves the signals of the program as they were', async () => {
    const look = 'grep -E "^Sig(Blk|Ign)" /proc/self/status';
    const hooks = { startContainer: [{ path: '/bin/true' }] };
    expect(await machine.shell(look, { hooks })).toBe(await machine.shell(look));
  });
});

const stopping = ['prestart', 'createRuntime', 'createContainer', 'startContainer'] as const;

describe.each(stopping)('a %s hook that fails', (kind) => {
  const failing = async (
    hook: Hook,
    more: Parameters<Machine['request']>[1] = {},
  ): Promise<unknown> => {
    const hooks = {
      [kind]: [script('true'), hook, script('touch $notes/next')],
      poststop: [script('cat > $notes/poststop')],
    };
    const request = machine.request(['touch', `${notes}/program`], { hooks, ...shared(), ...more });
    const error: unknown = await machine.runtime.start(request).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(existsSync(`${notes}/next`), 'the next hook').toBe(false);
    expect(existsSync(`${notes}/program`), 'the program').toBe(false);
    expect(JSON.parse(note('poststop'))).toMatchObject({ status: 'stopped', id: request.id });
    expect(existsSync(`${request.runDir}/exit`)).toBe(false);
    return error;
  };

  it('stops the start, and is named with its last words', async () => {
    const hook = script('echo before; echo "what is wrong" >&2; exit 3');
    expect(await failing(hook)).toMatchObject({
      code: 'HOOK_FAILED',
      message: `error running ${kind} hook #1: error running hook /bin/sh: exit status 3, wanted 0: before\nwhat is wrong`,
      details: {
        kind,
        index: 1,
        path: '/bin/sh',
        end: 'exited',
        value: 3,
        output: 'before\nwhat is wrong',
      },
    });
  });

  it('by a signal', async () => {
    expect(await failing(script('kill -TERM $$'))).toMatchObject({
      details: { end: 'killed', value: 15, output: '' },
      message: expect.stringContaining('signal 15 (terminated)') as string,
    });
  });

  it.each([
    ['because it does not exist', '/no/such/hook', 'ENOENT'],
    ['because it cannot be executed', '/etc', 'EACCES'],
    ['because it has no format', 'data', 'ENOEXEC'],
  ])('%s', async (_, path, errno) => {
    const data = `${notes}/data`;
    writeFileSync(data, 'x', { mode: 0o755 });
    mkdirSync(machine.image('etc'), { recursive: true });
    expect(await failing({ path: path === 'data' ? data : path, args: [] })).toMatchObject({
      details: { end: 'notExecuted', index: 1 },
      message: expect.stringContaining(`cannot be executed: ${errno}`) as string,
    });
  });

  it('by taking too long is killed with what it has started, and said so', async () => {
    const hook = script('echo waiting; sleep 1000 & echo $! > $notes/child; sleep 1000', {
      timeout: 1,
    });
    expect(await failing(hook)).toMatchObject({
      details: { end: 'timedOut', value: 1, output: 'waiting' },
      message: expect.stringContaining('no end after 1 s, so it was killed') as string,
    });
    const sleeping = execFileSync('sh', ['-c', 'grep -lsx "sleep" /proc/[0-9]*/comm || true'], {
      encoding: 'utf8',
    });
    for (const file of sleeping.split('\n').filter((line) => line !== ''))
      expect(readFileSync(file.replace('comm', 'cmdline'), 'utf8')).not.toContain('sleep\x001000');
  });

  it('keeps the end of what it has said, however much that is', async () => {
    const hook = script(
      'i=0; while [ $i -lt 3000 ]; do echo "line $i of many more than a pipe holds, each of some length"; i=$((i+1)); done; exit 1',
    );
    const error = await failing(hook);
    const { output } = (error as { details: { output: string } }).details;
    expect(output.length).toBeGreaterThan(2000);
    expect(output.length).toBeLessThanOrEqual(4096);
    expect(output).toMatch(/line 2999 of many more than a pipe holds, each of some length$/);
  });
});

it.each(['poststart', 'poststop'] as const)(
  'a %s hook that fails is a warning, and the next is run',
  async (kind) => {
    const hooks = {
      [kind]: [
        script('echo oh >&2; exit 3'),
        { path: '/no/such/hook' },
        script('touch $notes/next'),
      ],
    };
    const request = machine.request(['true'], { hooks });
    const { exit, warnings } = await machine.finish(request);
    expect(exit.exitCode).toBe(0);
    expect(kind === 'poststart' ? warnings : exit.warnings).toEqual([
      `${kind} hook failed with exit code 3: hooks.${kind}[0] /bin/sh: oh`,
      `${kind} hook failed (cannot be executed: ENOENT): hooks.${kind}[1] /no/such/hook`,
    ]);
    expect(existsSync(`${notes}/next`)).toBe(true);
  },
);

it('a hook that leaves a process behind with its output open holds up nothing', async () => {
  const text = '(sleep 1000 & echo $! > $notes/pid) ; exit 0';
  const { exit } = await machine.finish(
    machine.request(['true'], { hooks: { prestart: [script(text)] } }),
  );
  expect(exit.exitCode).toBe(0);
  kill(Number(note('pid')), 'SIGKILL');
});

it('poststop finds neither process nor cgroup', async () => {
  const hooks = {
    poststop: [
      script(
        'ls -d /sys/fs/cgroup/*$cgroup /sys/fs/cgroup$cgroup > $notes/cgroups 2>/dev/null; true',
      ),
    ],
  };
  const request = machine.request(['true'], { hooks });
  const path = request.spec.linux.cgroupsPath ?? '';
  const all = parseSpec({
    ...request.spec,
    hooks: {
      poststop: [
        script(
          `ls -d /sys/fs/cgroup/*${path} /sys/fs/cgroup${path} > $notes/cgroups 2>/dev/null; true`,
        ),
      ],
    },
  });
  await machine.finish({ ...request, spec: all });
  expect(note('cgroups')).toBe('');
});

it('annotations of crun send the output of hooks to files', async () => {
  const annotations = {
    'run.oci.hooks.stdout': `${notes}/out`,
    'run.oci.hooks.stderr': `${notes}/err`,
  };
  const hook = script('echo out; echo err >&2');
  await machine.finish(
    machine.request(['true'], {
      annotations,
      hooks: { prestart: [hook], createContainer: [hook], poststop: [hook] },
    }),
  );
  expect([note('out'), note('err')]).toEqual(['out\n'.repeat(3), 'err\n'.repeat(3)]);
});

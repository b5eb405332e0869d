import {
  chmodSync,
  chownSync,
  closeSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeInitExecutable } from '../../../runtime/launch/init/init-executable.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { errnoNumber } from '../../../runtime/syscall/errno.ts';
import { type Change, type Ended } from './machine.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();

/** Runs a program under an init, to its end. */
const runUnderInit = (args: readonly string[], change: Change = {}): Promise<Ended> =>
  machine().finish({ ...machine().request(args, change), init: true });

type Seccomp = NonNullable<NonNullable<SpecInput['linux']>['seccomp']>;

/** A filter that forbids some calls to the init as to the program, with EPERM. */
const without = (...names: string[]): Seccomp => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names, action: 'SCMP_ACT_ERRNO' }],
});

/** What a process can read and write, as the host sees it. */
function memoryOf(pid: number): readonly Buffer[] {
  const file = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/^(\w+)-(\w+) rw/gm);
    return [...maps].map(([, start = '', end = '']) => {
      const [from, to] = [Number(`0x${start}`), Number(`0x${end}`)];
      const part = Buffer.alloc(to - from);
      readSync(file, part, 0, part.length, from);
      return part;
    });
  } finally {
    closeSync(file);
  }
}

describe('the init has what its program has', () => {
  const user = { uid: 1000, gid: 1001, additionalGids: [1002] };
  const capabilities = { bounding: ['CAP_KILL'], effective: [], permitted: [], inheritable: [] };
  it.each([
    ['as root', {}],
    ['as another user', { user, capabilities }],
    ['without new privileges', { noNewPrivileges: true }],
  ])('%s', async (_name, process) => {
    const fields = '^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp|Seccomp_filters):';
    const script = `grep -E "${fields}" /proc/1/status; echo --; grep -E "${fields}" /proc/self/status`;
    const linux = { seccomp: without('acct') };
    const { stdout } = await runUnderInit(['sh', '-c', script], { process, linux });
    const [init, program] = stdout.split('--\n');
    expect(init).toBe(program);
    expect(init).toContain('Seccomp:\t2\n');
  });

  it.each([0, 1000])('as user %d of a user namespace', async (uid) => {
    const namespaces = (['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'user'] as const).map(
      (type) => ({ type }),
    );
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const script =
      'cat /proc/1/comm; readlink /proc/1/exe; readlink /proc/1/ns/user; readlink /proc/self/ns/user';
    const request = machine().request(['sh', '-c', script], {
      process: { user: { uid, gid: uid } },
      linux: { namespaces, uidMappings: mappings, gidMappings: mappings },
    });
    const { rootfs } = request;
    chmodSync(machine().folder, 0o755);
    if (rootfs.type === 'overlay') {
      for (const path of [dirname(rootfs.upper), rootfs.upper, rootfs.work]) {
        chmodSync(path, 0o755);
        chownSync(path, 100_000, 100_000);
      }
    }
    const { stdout } = await machine().finish({ ...request, init: true });
    const [name, executable, ofInit, ofProgram] = stdout.split('\n');
    expect([name, executable]).toEqual(['docker-init', '/memfd:docker-init (deleted)']);
    expect(ofInit).toBe(ofProgram);
    expect(ofInit).not.toBe(readlinkSync('/proc/self/ns/user'));
  });

  it('limits and the wish to be killed first', async () => {
    const rlimits = [{ type: 'RLIMIT_NOFILE' as const, soft: 20, hard: 20 }];
    const script =
      'cat /proc/1/limits /proc/1/oom_score_adj > /tmp/1; cat /proc/self/limits /proc/self/oom_score_adj > /tmp/2; diff /tmp/1 /tmp/2 && tail -n 1 /tmp/1';
    const { stdout } = await runUnderInit(['sh', '-c', script], {
      process: { rlimits, oomScoreAdj: 500 },
    });
    expect(stdout).toBe('500\n');
  });
});

describe('a seccomp filter that forbids what an init needs', () => {
  it.each([
    ['clone', 'init: fork the program'],
    ['setpgid', 'init: make a process group'],
    ['rt_sigtimedwait', 'init: wait for a signal'],
    ['wait4', 'init: look for who has ended'],
    ['kill', 'init: reach the program'],
  ])('such as %s is refused, not found out later', async (call, step) => {
    const linux = { seccomp: without(call) };
    await expect(runUnderInit(['true'], { linux })).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringContaining(`${step}: EPERM`) as string,
    });
  });

  it('execveat may be forbidden', async () => {
    const linux = { seccomp: without('execveat', 'memfd_create', 'fchmod') };
    const { stdout } = await runUnderInit(['cat', '/proc/1/cmdline'], { linux });
    expect(stdout).toBe('/sbin/docker-init\0--\0cat\0/proc/1/cmdline\0');
  });
});

describe('CVE-2019-5736: the executable of the first process', () => {
  it('is not the launcher of the host, and is busy', async () => {
    const script =
      'ls -l /proc/1/exe; (echo x > /proc/1/exe); exec 9< /proc/1/exe; (echo x > /proc/self/fd/9); wc -c < /proc/1/exe';
    const { stdout, stderr } = await runUnderInit(['sh', '-c', script]);
    expect(stdout).toContain('-> /memfd:docker-init (deleted)');
    expect(stderr.match(/Text file busy/g)).toHaveLength(2);
    const size = Number(stdout.trim().split('\n').at(-1));
    expect(size).toBeLessThan(4096);
  });

  it('holds its text, and nothing of the host', async () => {
    const { stdout } = await runUnderInit([
      'sh',
      '-c',
      'cat /proc/1/environ /proc/1/cmdline; ls /proc/1/cwd/bin/sh; ls -l /proc/1/fd /proc/1/cwd',
    ]);
    expect(stdout).not.toContain(machine().folder);
    expect(stdout).not.toContain('berth');
  });

  it('has nothing of the host in its memory', async () => {
    const running = await machine().start({
      ...machine().request(['sleep', '60']),
      init: true,
    });
    const memory = Buffer.concat(memoryOf(running.pid));
    expect(memory.includes('docker-init')).toBe(true);
    expect(memory.includes(machine().folder)).toBe(false);
    running.monitor.signal(9);
    await running.ended();
  });

  it('cannot be written by anybody, also when it no longer runs', async () => {
    const p = new ProgramBuilder('seals');
    makeInitExecutable(p, { size: 100, label: undefined });
    const file = 90;
    const results = [
      p.call('write', 'write', [file, p.string('x'), 1], { onError: 'ignore' }),
      p.call('write', 'pwrite64', [file, p.string('x'), 1, 0], { onError: 'ignore' }),
      p.call('shorten', 'ftruncate', [file, 10], { onError: 'ignore' }),
      p.call('lengthen', 'ftruncate', [file, 200], { onError: 'ignore' }),
      p.call('map', 'mmap', [0, 100, 3, 1, file, 0], { onError: 'ignore' }),
      p.call('seal again', 'fcntl', [file, 1033, 0], { onError: 'ignore' }),
    ];
    const answer = p.reserve(8 * results.length);
    results.forEach((result, i) => {
      p.set(answer.at(8 * i), result);
    });
    p.reply(answer, 8 * results.length);
    const { data } = await machine().launcher.run(p);
    const refused = results.map((_result, i) => data.readBigInt64LE(8 * i));
    expect(refused).toEqual(results.map(() => BigInt(-errnoNumber('EPERM'))));
  });
});

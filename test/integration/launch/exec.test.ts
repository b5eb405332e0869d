import { chmodSync, chownSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OciRuntime } from '../../../runtime/launch/oci-runtime.ts';
import { newOnes, openDescriptors } from '../../support/processes.ts';
import { useMachine } from '../hardening/fixture.ts';
import { type Box, endBox, execRequest, execute, finish, startBox } from './executed.ts';
import type { Change, Machine } from './machine.ts';

const made = useMachine();
let machine: Machine;
let box: Box;
beforeEach(async () => {
  machine = made();
  box = await startBox(machine, machine.request(['sleep', '1000']));
});
afterEach(() => endBox(box));

describe('a process that is executed in a running container', () => {
  it('has its streams apart, and its exit code', async () => {
    const ended = await execute(box, ['sh', '-c', 'echo out; echo err >&2; exit 3']);
    expect(ended).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 3 });
    expect(await execute(box, ['sh', '-c', 'kill -9 $$'])).toMatchObject({ exitCode: 137 });
  });

  it('has its own arguments and rights, whatever was executed before', async () => {
    const said = async (...args: readonly string[]): Promise<string> =>
      (await execute(box, ['printf', '%s,', ...args])).stdout;
    expect(await said('a', 'long one', '')).toBe('a,long one,,');
    const together = Array.from({ length: 9 }, (_, n) => said('b', String(n), 'ü'.repeat(n)));
    for (const [n, text] of (await Promise.all(together)).entries())
      expect(text).toBe(`b,${n},${'ü'.repeat(n)},`);
    expect(await said('x'.repeat(5000), '', 'c')).toBe(`${'x'.repeat(5000)},,c,`);
    const user = { uid: 5, gid: 5, additionalGids: [5] };
    expect((await execute(box, ['id', '-u'], { user })).stdout).toBe('5\n');
    expect((await execute(box, ['id', '-u'])).stdout).toBe('0\n');
    await expect(said('d\0', 'e', 'f')).rejects.toMatchObject({ code: 'PROGRAM_INVALID' });
    expect(await said('g', 'h', 'i')).toBe('g,h,i,');
  });

  it('is not executed when a file is no longer what it was', async () => {
    const paths = ['/tmp/users', '/tmp/none'];
    const script = async (text: string): Promise<void> => {
      expect(await execute(box, ['sh', '-c', text])).toMatchObject({ exitCode: 0, stderr: '' });
    };
    const ask = (): ReturnType<typeof execRequest> => execRequest(box, ['echo', 'done']);
    await script('echo one > /tmp/users');
    const { target } = await ask();
    const { ctimeMs } = statSync(`/proc/${target.pid}/root/tmp/users`);
    const { changedMs } = await machine.runtime.readFiles(target, paths);
    expect(changedMs.map(Math.floor)).toEqual([Math.floor(ctimeMs), 0]);
    for (const change of [
      'echo two > /tmp/users',
      'touch -d 2001-01-01 /tmp/users',
      'cp /tmp/users /tmp/other; mv /tmp/other /tmp/users',
      'rm /tmp/users',
      'mkdir /tmp/none',
    ]) {
      const request = await ask();
      const { status } = await machine.runtime.readFiles(request.target, paths);
      const unchanged = { ...request, unchanged: { paths, status } };
      for (let round = 0; round < 2; round += 1) {
        const { session } = await machine.runtime.exec(unchanged);
        expect((await finish(session)).stdout).toBe('done\n');
      }
      await script(change);
      await expect(machine.runtime.exec(unchanged)).rejects.toMatchObject({
        code: 'EXEC_FAILED',
        details: { errno: 'ESTALE' },
      });
    }
  });

  it('is in every namespace and cgroup of the container', async () => {
    const look = (of: string): string =>
      `for n in pid mnt uts ipc net cgroup user; do readlink /proc/${of}/ns/$n; done; cat /proc/${of}/cgroup`;
    const own = await execute(box, ['sh', '-c', look('self')]);
    expect(own).toEqual(await execute(box, ['sh', '-c', look('1')]));
    expect(own.stdout).toContain('pid:[');
    expect(own.stdout).not.toMatch(/:\/\w/);
  });

  it('has the session, the limits, the score and the rights that it asks for', async () => {
    const script =
      'ulimit -n; cat /proc/self/oom_score_adj; grep -E "NoNewPrivs|CapEff" /proc/self/status; id -u; id -G; pwd; umask';
    const { stdout } = await execute(box, ['sh', '-c', script], {
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 77n, hard: 88n }],
      oomScoreAdj: 250,
      noNewPrivileges: true,
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
      user: { uid: 5, gid: 6, additionalGids: [7], umask: 0o77 },
      cwd: '/tmp',
    });
    expect(stdout).toBe('77\n250\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n5\n6 7\n/tmp\n0077\n');
  });

  it('runs on the processors that it asks for', async () => {
    const script = 'grep Cpus_allowed_list /proc/self/status';
    const change = { execCPUAffinity: { initial: '0', final: '1' } };
    expect((await execute(box, ['sh', '-c', script], change)).stdout).toMatch(/\t1\n$/);
    const initial = { execCPUAffinity: { initial: '0' } };
    expect((await execute(box, ['sh', '-c', script], initial)).stdout).toMatch(/\t0\n$/);
    const none = { execCPUAffinity: { final: '60000' } };
    await expect(execute(box, ['true'], none)).rejects.toMatchObject({
      code: 'EXEC_FAILED',
      details: { step: 'set process.execCPUAffinity.final to 60000', errno: 'EINVAL' },
    });
  });

  it.each([
    [['none'], 'EXEC_NOT_FOUND'],
    [['/bin/none'], 'EXEC_NOT_FOUND'],
    [['/tmp'], 'EXEC_NOT_EXECUTABLE'],
  ])('is not there when there is no program %s: %s', async (args, code) => {
    await expect(execute(box, args)).rejects.toMatchObject({ code });
  });

  it('gets all that is written to it, and the end', async () => {
    const request = await execRequest(box, ['sh', '-c', 'wc -c']);
    const streams = { ...request.streams, stdin: 'open' } as const;
    const { session } = await machine.runtime.exec({ ...request, streams });
    const ended = finish(session);
    for (let i = 0; i < 100; i += 1) session.stdin?.write(Buffer.alloc(10_000, 'x'));
    session.stdin?.end();
    expect((await ended).stdout.trim()).toBe('1000000');
  });

  it('goes on when nobody reads any more', async () => {
    const script = 'cat /dev/zero | head -c 3000000; echo > /tmp/went-on';
    const { session } = await machine.runtime.exec(await execRequest(box, ['sh', '-c', script]));
    // Leaving the loop closes the connection.
    for await (const pieces of session.output()) if (pieces.length > 0) break;
    const wait = 'while [ ! -e /tmp/went-on ]; do :; done';
    expect(await execute(box, ['sh', '-c', wait])).toMatchObject({ exitCode: 0 });
  });

  it('waits for who reads slowly, and loses nothing', async () => {
    const script = 'cat /dev/zero | head -c 3000000; echo > /tmp/written';
    const { session } = await machine.runtime.exec(await execRequest(box, ['sh', '-c', script]));
    // Far more than pipe, relay and sockets hold: the program cannot have come to its end.
    expect(await execute(box, ['ls', '/tmp/written'])).toMatchObject({ exitCode: 1 });
    expect((await finish(session)).stdout.length).toBe(3_000_000);
  });

  it('ends with the container', async () => {
    const { session } = await machine.runtime.exec(await execRequest(box, ['sleep', '1000']));
    box.running.monitor.signal(9);
    expect(await finish(session)).toMatchObject({ exitCode: 137 });
  });

  it('is in the user namespace of the container too, as its root', async () => {
    const namespaces = (['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'user'] as const).map(
      (type) => ({ type }),
    );
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const change: Change = { linux: { namespaces, uidMappings: mappings, gidMappings: mappings } };
    const request = machine.request(['sleep', '1000'], change);
    giveToUser(request.rootfs.type === 'overlay' ? request.rootfs : undefined);
    const mapped = await startBox(machine, request);
    try {
      const script =
        'id -u; readlink /proc/self/ns/user; readlink /proc/1/ns/user; cat /proc/self/uid_map';
      const { stdout } = await execute(mapped, ['sh', '-c', script]);
      const [uid, own, first, map = ''] = stdout.split('\n');
      expect(uid).toBe('0');
      expect(own).toBe(first);
      expect(map.trim().split(/ +/)).toEqual(['0', '100000', '65536']);
      const user = { uid: 33, gid: 33, additionalGids: [33] };
      expect((await execute(mapped, ['id', '-u'], { user })).stdout).toBe('33\n');
    } finally {
      await endBox(mapped);
    }
  });

  function giveToUser(rootfs: { readonly upper: string; readonly work: string } | undefined): void {
    chmodSync(machine.folder, 0o755);
    if (!rootfs) return;
    for (const path of [dirname(rootfs.upper), rootfs.upper, rootfs.work]) {
      chmodSync(path, 0o755);
      chownSync(path, 100_000, 100_000);
    }
  }
});

describe('a container that is another by now', () => {
  it('is not entered: its process is known by its start time too', async () => {
    const request = await execRequest(box, ['true']);
    const target = { ...request.target, startTime: String(BigInt(request.target.startTime) + 1n) };
    await expect(machine.runtime.exec({ ...request, target })).rejects.toMatchObject({
      code: 'CONTAINER_NOT_RUNNING',
    });
    // Not even when it is a part of the right one.
    const shorter = { ...target, startTime: request.target.startTime.slice(0, -1) };
    await expect(machine.runtime.exec({ ...request, target: shorter })).rejects.toMatchObject({
      code: 'CONTAINER_NOT_RUNNING',
    });
  });

  it('is not entered when it has ended', async () => {
    const other = await startBox(machine, machine.request(['sleep', '1000']));
    const request = await execRequest(other, ['true']);
    await endBox(other);
    await expect(machine.runtime.exec(request)).rejects.toMatchObject({
      code: 'CONTAINER_NOT_RUNNING',
    });
  });
});

it('three hundred leave nothing', async () => {
  await execute(box, ['true']);
  const launcher = await machine.launcher.pid();
  const before = { own: openDescriptors(), launcher: openDescriptors(launcher) };
  for (let i = 0; i < 300; i += 1)
    expect(await execute(box, ['true'])).toMatchObject({ exitCode: 0 });
  // Two of the last one may not be closed yet.
  expect(newOnes(openDescriptors(), before.own).length).toBeLessThanOrEqual(2);
  expect(openDescriptors(launcher)).toEqual(before.launcher);
  const { stdout } = await execute(box, ['sh', '-c', 'set -- /proc/[0-9]*; echo $#']);
  // The container's own, and the shell.
  expect(stdout).toBe('2\n');
});

it('another engine has them executed with its own streams, and hears of their end', async () => {
  const runtime = await OciRuntime.open();
  try {
    const { runDir, ...request } = await execRequest(box, ['sh', '-c', 'exit 7']);
    const executed = await runtime.exec({ ...request, bundle: runDir, then: 'wait' });
    expect(await executed.waiter?.exitStatus).toBe(7);
    const script = 'exec true';
    const left = await runtime.exec({
      ...request,
      process: { ...request.process, args: ['sh', '-c', script] },
      bundle: runDir,
      then: 'leave',
    });
    expect(left.waiter).toBeUndefined();
    // Whoever inherits it may not reap it: an ended process has no command line any more.
    await expect.poll(() => commandLine(left.pid)).toBe('');
  } finally {
    await runtime.stop();
  }
});

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

import { chmodSync, chownSync, mkdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeHostProcFile } from '../../../runtime/launch/namespaces/host-proc-file.ts';
import { enterTimeNamespace } from '../../../runtime/launch/namespaces/time-namespace.ts';
import { CLONE_NEWNS } from '../../../runtime/syscall/constants/clone.ts';
import { MS_PRIVATE, MS_REC } from '../../../runtime/syscall/constants/mount.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { useMachine } from './use-machine.ts';
import { withoutOpenat2 } from './without-openat2.ts';

const machine = useMachine();

const types = ['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'time'] as const;
const namespaces = types.map((type) => ({ type }));

/** What /proc/uptime says, in seconds: CLOCK_BOOTTIME (proc_uptime(5)). */
function uptime(text: string): number {
  return Number(text.split(' ')[0]);
}

const hostUptime = (): number => uptime(readFileSync('/proc/uptime', 'utf8'));

describe('a time namespace', () => {
  it('is a new one, without offsets when none are given', async () => {
    const [name, now = ''] = (
      await machine().shell('readlink /proc/self/ns/time; cat /proc/uptime', {
        linux: { namespaces },
      })
    ).split('\n');
    expect(name).toMatch(/^time:/);
    expect(name).not.toBe(readlinkSync('/proc/self/ns/time'));
    expect(Math.abs(uptime(now) - hostUptime())).toBeLessThan(60);
  });

  it('is not made unasked', async () => {
    expect(await machine().shell('readlink /proc/self/ns/time')).toBe(
      readlinkSync('/proc/self/ns/time'),
    );
  });

  it('has the offsets of the config, for the first process itself', async () => {
    const timeOffsets = { boottime: { secs: 1_000_000 }, monotonic: { secs: -1, nanosecs: 5 } };
    const { stdout } = await machine().run(['cat', '/proc/uptime', '/proc/self/timens_offsets'], {
      linux: { namespaces, timeOffsets },
    });
    expect(Math.abs(uptime(stdout) - 1_000_000 - hostUptime())).toBeLessThan(60);
    expect(stdout).toMatch(/^monotonic\s+-1\s+5$/m);
    expect(stdout).toMatch(/^boottime\s+1000000\s+0$/m);
  });

  it('has them also in a user namespace, whose root owns no file of the host', async () => {
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const request = machine().request(['cat', '/proc/uptime'], {
      linux: {
        namespaces: [...namespaces, { type: 'user' }],
        uidMappings: mappings,
        gidMappings: mappings,
        timeOffsets: { boottime: { secs: 2_000_000 } },
      },
    });
    chmodSync(machine().folder, 0o755);
    if (request.rootfs.type !== 'overlay') throw new Error('the root is no overlay');
    for (const path of [dirname(request.rootfs.upper), request.rootfs.upper, request.rootfs.work]) {
      chmodSync(path, 0o755);
      chownSync(path, 100_000, 100_000);
    }
    const { stdout } = await machine().finish(request);
    expect(Math.abs(uptime(stdout) - 2_000_000 - hostUptime())).toBeLessThan(60);
  });

  it('is entered before the program is executed, which not every kernel does by itself', async () => {
    const p = new ProgramBuilder('test');
    enterTimeNamespace(p, { boottime: { secs: 5_000_000, nanosecs: 0 } });
    const CLOCK_BOOTTIME = 7;
    const now = p.reserve(16);
    p.call('look', 'clock_gettime', [CLOCK_BOOTTIME, now]);
    p.reply(now, 16);
    const { data } = await machine().launcher.run(p);
    expect(Math.abs(Number(data.readBigInt64LE(0)) - 5_000_000 - hostUptime())).toBeLessThan(60);
  });

  it('can be joined by its path', async () => {
    const timeOffsets = { boottime: { secs: 3_000_000 } };
    const owner = await machine().start(
      machine().request(['sleep', '60'], { linux: { namespaces, timeOffsets } }),
    );
    const joined = types.map((type) =>
      type === 'time' ? { type, path: `/proc/${owner.pid}/ns/time` } : { type },
    );
    const seen = await machine().shell('cat /proc/uptime', { linux: { namespaces: joined } });
    expect(uptime(seen)).toBeGreaterThan(3_000_000);
    owner.monitor.signal(9);
    await owner.ended();
  });

  it('whose clocks would stand before the start of the machine is refused by name', async () => {
    const timeOffsets = { boottime: { secs: -1_000_000_000 } };
    const request = machine().request(['true'], { linux: { namespaces, timeOffsets } });
    await expect(machine().runtime.start(request)).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringMatching(
        /set linux\.timeOffsets to boottime -1000000000 0: ERANGE/,
      ) as string,
    });
  });
});

describe('a file of procfs is written', () => {
  /** A program in a mount namespace of its own, whose /proc is what `replace` makes of it. */
  function program(replace: (p: ProgramBuilder) => void): ProgramBuilder {
    const p = new ProgramBuilder('test');
    p.call('unshare', 'unshare', [CLONE_NEWNS]);
    p.call('privacy', 'mount', [0, p.string('/'), 0, MS_PRIVATE | MS_REC, 0]);
    replace(p);
    const files = ['self/no-such-file', 'self/comm'] as const;
    writeHostProcFile(p, { label: 'write comm', proc: '/proc', files, value: 'written' });
    const answer = p.reserve(16);
    const PR_GET_NAME = 16;
    p.call('look', 'prctl', [PR_GET_NAME, answer]);
    p.reply(answer, 16);
    return p;
  }

  /** Binds a path over another. */
  function bind(p: ProgramBuilder, source: string, target: string): void {
    const MS_BIND = 4096;
    p.call('bind', 'mount', [p.string(source), p.string(target), 0, MS_BIND, 0]);
  }

  it('when it is there, the newest name first', async () => {
    const { data } = await machine().launcher.run(program(() => undefined));
    expect(data.toString().replaceAll('\0', '')).toBe('written');
  });

  it('and no other file in the place of /proc', async () => {
    const fake = `${machine().folder}/fake`;
    mkdirSync(`${fake}/self`, { recursive: true });
    const made = machine().launcher.run(
      program((p) => {
        bind(p, fake, '/proc');
        p.call('make', 'mknodat', [-100, p.string('/proc/self/comm'), 0o100666, 0]);
      }),
    );
    await expect(made).rejects.toMatchObject({
      message: expect.stringContaining('what is there is not procfs: EXDEV') as string,
    });
    expect(readFileSync(`${fake}/self/comm`, 'utf8')).toBe('');
  });

  it('and nothing that a folder in the place of /proc leads to', async () => {
    const [fake, other] = [`${machine().folder}/links`, `${machine().folder}/other`];
    for (const folder of [fake, other]) mkdirSync(folder);
    symlinkSync(`${other}/self`, `${fake}/self`);
    const made = machine().launcher.run(
      program((p) => {
        p.call('mount', 'mount', [p.string('proc'), p.string(other), p.string('proc'), 0, 0]);
        bind(p, fake, '/proc');
      }),
    );
    await expect(made).rejects.toMatchObject({
      message: expect.stringContaining('what is there is not procfs: EXDEV') as string,
    });
  });

  it.each([
    ['by its mount', () => undefined, 'write comm: EXDEV'],
    ['by its file system', withoutOpenat2, 'what is there is not procfs: EXDEV'],
  ] as const)('and no other file in its own place, known %s', async (how, begin, message) => {
    const fake = `${machine().folder}/comm ${how}`;
    const made = machine().launcher.run(
      program((p) => {
        begin(p);
        p.call('make', 'mknodat', [-100, p.string(fake), 0o100666, 0]);
        bind(p, fake, '/proc/self/comm');
      }),
    );
    await expect(made).rejects.toMatchObject({
      message: expect.stringContaining(message) as string,
    });
    expect(readFileSync(fake, 'utf8')).toBe('');
  });

  it('and no other file of procfs that lies in its place (CVE-2025-52881)', async () => {
    const made = machine().launcher.run(
      program((p) => {
        bind(p, '/proc/self/oom_score_adj', '/proc/self/comm');
      }),
    );
    await expect(made).rejects.toMatchObject({
      message: expect.stringContaining('write comm: EXDEV') as string,
    });
  });

  it('and no folder of procfs in the place of its root', async () => {
    const made = machine().launcher.run(
      program((p) => {
        bind(p, '/proc/1', '/proc');
      }),
    );
    await expect(made).rejects.toMatchObject({
      message: expect.stringContaining('what is there is not the root of procfs: EXDEV') as string,
    });
  });

  it('and nothing that a link in its place leads to', async () => {
    const p = new ProgramBuilder('test');
    writeHostProcFile(p, { label: 'write', proc: '/proc', files: ['self/exe'], value: 'x' });
    await expect(machine().launcher.run(p)).rejects.toMatchObject({
      message: expect.stringContaining('write: ELOOP') as string,
    });
  });
});

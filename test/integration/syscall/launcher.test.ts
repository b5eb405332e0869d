import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { kill } from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { launcherFd } from '../../../runtime/syscall/launcher-program.ts';
import { reply } from '../../../runtime/syscall/layout.ts';
import { PreparedProgram } from '../../../runtime/syscall/prepared-program.ts';
import { maxReplySize, ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

let launcher: Launcher;
beforeEach(async () => {
  launcher = await Launcher.start();
});
afterEach(async () => {
  await launcher.stop();
});

/** A program that replies with its process id. */
function pidProgram(): ProgramBuilder {
  const p = new ProgramBuilder('pid');
  const out = p.reserve(8);
  p.set(out, p.call('getpid', 'getpid', []));
  p.reply(out, 8);
  return p;
}

/** A program that never ends by itself. */
function endlessProgram(): ProgramBuilder {
  const p = new ProgramBuilder('endless');
  p.call('wait for ever', 'ppoll', [0, 0, 0, 0, 0]);
  return p;
}

describe('launcher', () => {
  it('runs each program in a process of its own, forked from a few kilobytes', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => launcher.run(pidProgram())));
    expect(new Set(results.map(({ data }) => data.readBigInt64LE(0))).size).toBe(20);
    const status = readFileSync(`/proc/${await launcher.pid()}/status`, 'utf8');
    expect(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(200);
  });

  it('takes a prepared program again and again, with what is filled in each time', async () => {
    const p = new ProgramBuilder('prepared');
    const place = p.bytes(new Uint8Array(8));
    const slots = p.stringSlots(2, 16);
    const answer = p.reserve(16);
    p.set(answer, p.value(place));
    // The first eight bytes that the second pointer points to.
    p.set(answer.at(8), p.load(64, p.value(slots.array.at(8))));
    p.reply(answer, 16);
    p.call('fail when all is said', 'close', [-1]);
    const prepared = new PreparedProgram(p);
    const run = (name: string): Promise<string> => {
      prepared.fill(place, Buffer.from(name.padEnd(8)));
      prepared.fillStrings(slots, [name, name.toUpperCase()]);
      return launcher.spawn(prepared).then(({ data }) => data.toString());
    };
    const said = (name: string): string => name.padEnd(8) + name.toUpperCase().padEnd(8, '\0');
    const names = ['one', 'two', 'three'];
    expect(await Promise.all(names.map(run))).toEqual(names.map(said));
    await expect(launcher.run(prepared)).rejects.toMatchObject({
      message: 'prepared: fail when all is said: EBADF',
    });
    expect(() => {
      prepared.fillStrings(slots, ['too long for its', 'room']);
    }).toThrow(TypeError);
    expect(() => {
      prepared.fillStrings(slots, ['a\0b', '']);
    }).toThrow('has a NUL in it');
  });

  it('sends what a prepared program was at its run, however much waits to be sent', async () => {
    const p = new ProgramBuilder('large');
    const place = p.bytes(new Uint8Array(8));
    // Three of them are more than the socket takes at once.
    p.bytes(Buffer.alloc(100_000, 1));
    p.reply(place, 8);
    const prepared = new PreparedProgram(p);
    const results = Array.from({ length: 30 }, async (_, number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32LE(number);
      prepared.fill(place, bytes);
      return (await launcher.run(prepared)).data.readUInt32LE(0);
    });
    expect(await Promise.all(results)).toEqual(Array.from({ length: 30 }, (_, number) => number));
  });

  it('hands nothing but standard input, output, error and its socket on to a program', async () => {
    const p = new ProgramBuilder('descriptors');
    const buffer = p.reserve(4096);
    const fd = p.call('open /proc/self/fd', 'openat', [-100, p.string('/proc/self/fd'), 0, 0]);
    p.reply(buffer, p.call('list', 'getdents64', [fd, buffer, 4096]));
    const { data } = await launcher.run(p);
    expect(namesOf(data)).toEqual(['.', '..', '0', '1', '2', '3', '4']);
  });

  it('names the step that failed, the call and the errno', async () => {
    const p = new ProgramBuilder('probe');
    p.call('mount proc on /nonexistent', 'mount', [
      p.string('proc'),
      p.string('/nonexistent'),
      p.string('proc'),
      0,
      0,
    ]);
    await expect(launcher.run(p)).rejects.toMatchObject({
      code: 'SYSCALL_FAILED',
      message: 'probe: mount proc on /nonexistent: ENOENT',
      details: { call: 'mount', errno: 'ENOENT' },
    });
  });

  it('gives the exit status of a program', async () => {
    const p = new ProgramBuilder('status');
    p.exit(42);
    await expect(launcher.run(p)).resolves.toMatchObject({ exitCode: 42 });
  });

  it('reports a program that crashes, and goes on', async () => {
    const p = new ProgramBuilder('crash');
    p.load(64, 8);
    await expect(launcher.run(p)).rejects.toMatchObject({
      code: 'PROGRAM_CRASHED',
      details: { signal: 11 },
    });
    await expect(launcher.run(pidProgram())).resolves.toMatchObject({ exitCode: 0 });
  });

  it('kills a program that does not end in its time', async () => {
    await expect(launcher.run(endlessProgram(), { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'PROGRAM_TIMEOUT',
    });
  });

  it('refuses a program that is too large before it is sent', async () => {
    const p = new ProgramBuilder('large');
    p.reserve(65 * 1024 * 1024);
    await expect(launcher.run(p)).rejects.toMatchObject({ code: 'PROGRAM_INVALID' });
  });

  it('notices that the launcher process has died, and replaces it', async () => {
    const before = await launcher.pid();
    const underWay = launcher.run(endlessProgram());
    await launcher.run(pidProgram());
    const [orphan] = readFileSync(`/proc/${before}/task/${before}/children`, 'utf8').split(' ');
    kill(before, 'SIGKILL');
    await expect(underWay).rejects.toMatchObject({ code: 'LAUNCHER_LOST' });
    await expect(launcher.run(pidProgram())).resolves.toMatchObject({ exitCode: 0 });
    expect(await launcher.pid()).not.toBe(before);
    kill(Number(orphan), 'SIGKILL');
  });

  it('is replaced when what it says makes no sense', async () => {
    const before = await launcher.pid();
    const p = new ProgramBuilder('babbler');
    const bytes = Buffer.alloc(64, 0x11);
    // As a reply, but for its kind; its length is none.
    bytes.writeBigUInt64LE(0n, 8);
    bytes.writeUInt32LE(0, reply.length);
    p.call('say something else', 'write', [launcherFd, p.bytes(bytes), bytes.length]);
    await expect(launcher.run(p)).rejects.toMatchObject({ code: 'LAUNCHER_LOST' });
    await expect(launcher.run(pidProgram())).resolves.toMatchObject({ exitCode: 0 });
    expect(await launcher.pid()).not.toBe(before);
  });

  it('lets a program go on after its first reply', async () => {
    const p = pidProgram();
    p.call('wait for ever', 'ppoll', [0, 0, 0, 0, 0]);
    const { pid, data } = await launcher.spawn(p);
    expect(Number(data.readBigInt64LE(0))).toBe(pid);
    await launcher.stop();
    expect(() => kill(pid, 0)).not.toThrow();
    kill(pid, 'SIGKILL');
  });

  it('keeps the largest replies of programs apart that reply at once', async () => {
    const programs = Array.from({ length: 8 }, (_, number) => {
      const p = new ProgramBuilder(`talker ${number}`);
      const text = p.bytes(Buffer.alloc(maxReplySize, number));
      for (let reply = 0; reply < 100; reply += 1) p.reply(text, maxReplySize);
      return p;
    });
    const all = await Promise.all(programs.map((p) => launcher.run(p)));
    for (const [number, { data }] of all.entries()) {
      expect(data.length).toBe(100 * maxReplySize);
      expect(data.every((byte) => byte === number)).toBe(true);
    }
  });

  it('leaves no file behind, and removes what one left that was killed in its start', async () => {
    const left = mkdtempSync('/run/berth-launcher-');
    writeFileSync(`${left}/berth-launcher`, '');
    const longAgo = Date.now() / 1000 - 3600;
    utimesSync(left, longAgo, longAgo);
    await (await Launcher.start()).stop();
    expect(existsSync(left)).toBe(false);
    // Others start theirs at the same time.
    await expect
      .poll(() => readdirSync('/run').filter((name) => name.startsWith('berth-launcher')), {
        timeout: 20_000,
      })
      .toEqual([]);
  });
});

/** Names in a linux_dirent64 buffer (getdents(2)). */
function namesOf(data: Buffer): readonly string[] {
  const names: string[] = [];
  for (let at = 0; at < data.length; at += data.readUInt16LE(at + 16)) {
    names.push(data.toString('utf8', at + 19, data.indexOf(0, at + 19)));
  }
  return names.sort();
}

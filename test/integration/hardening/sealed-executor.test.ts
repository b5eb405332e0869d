import { readlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultCapabilities } from '../../../runtime/launch/capabilities.ts';
import { AT_FDCWD, O_RDONLY, O_RDWR } from '../../../runtime/syscall/constants/fs.ts';
import { errnoNumber } from '../../../runtime/syscall/errno.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { expectAsBefore, type Leftovers, leftovers } from '../../support/leftovers.ts';
import { type Change, Machine } from '../launch/machine.ts';
import { runInside, startInside } from './inside.ts';

let machine: Machine;
let before: Leftovers;
beforeAll(async () => {
  machine = await Machine.create();
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

/** The strongest attacker: root in the host's process ids, with the capability to look into every process. */
const capabilities = [...defaultCapabilities, 'CAP_SYS_PTRACE'] as const;
const strong = {
  process: {
    capabilities: {
      bounding: [...capabilities],
      effective: [...capabilities],
      permitted: [...capabilities],
    },
  },
  linux: {
    namespaces: (['mount', 'uts', 'ipc', 'network', 'cgroup'] as const).map((type) => ({ type })),
  },
} satisfies Change;

/**
 * CVE-2019-5736: root of a container got hold of the runtime's own program by /proc/<pid>/exe, and wrote to it once
 * nobody executed it. The defence is the seal in runtime/syscall/sealed-executor.ts: without `seal the copy` the last
 * step of the second test succeeds.
 */
describe('the executor that enters containers', () => {
  it('runs from memory that is sealed against writing, shrinking, growing and unsealing', async () => {
    const pid = await machine.launcher.pid();
    expect(readlinkSync(`/proc/${pid}/exe`)).toBe('/memfd:berth-launcher (deleted)');
    const p = new ProgramBuilder('look');
    const answer = p.reserve(8);
    const fd = p.call('open', 'openat', [AT_FDCWD, p.string(`/proc/${pid}/exe`), O_RDONLY, 0]);
    const F_GET_SEALS = 1034;
    p.set(answer, p.call('look at the seals', 'fcntl', [fd, F_GET_SEALS, 0]));
    p.reply(answer, 8);
    const { data } = await machine.launcher.run(p);
    expect(data.readBigUInt64LE()).toBe(0b1111n);
  });

  it('cannot be written to through /proc/<pid>/exe, also when nobody executes it any more', async () => {
    const victim = await Launcher.start();
    const p = new ProgramBuilder('attack');
    const [again, opened] = [p.label(), p.label()];
    const path = p.string(`/proc/${await victim.pid()}/exe`);
    const held = p.call('hold the executor', 'openat', [AT_FDCWD, path, O_RDONLY, 0]);
    p.call('know it as 9', 'dup3', [held, 9, 0]);
    p.reply(p.bytes(Buffer.from('held')), 4);
    p.place(again);
    const name = p.string('/proc/self/fd/9');
    const writable = p.call('open it', 'openat', [AT_FDCWD, name, O_RDWR, 0], {
      onError: 'ignore',
    });
    p.jumpIf('ne', writable, -errnoNumber('ETXTBSY'), opened);
    p.call('let it end', 'sched_yield', []);
    p.jump(again);
    p.place(opened);
    p.call('write to the executor', 'write', [writable, p.string('owned'), 5]);
    const running = await startInside(machine, p, strong);
    await running.said('held');
    await victim.stop();
    await running.ended();
    expect(running.reported()).toEqual({
      data: Buffer.from('held'),
      failure: 'write to the executor: EPERM',
    });
  });

  it('does not even show to a container without that capability', async () => {
    const p = new ProgramBuilder('attack');
    const path = p.string(`/proc/${await machine.launcher.pid()}/exe`);
    p.call('open the executor', 'openat', [AT_FDCWD, path, O_RDONLY, 0]);
    const { linux } = strong;
    expect(await runInside(machine, p, { linux })).toMatchObject({
      failure: 'open the executor: EACCES',
    });
  });
});

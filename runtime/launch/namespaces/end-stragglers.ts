import type { CgroupPlan } from '../../cgroup/cgroup-plan.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY, O_WRONLY } from '../../syscall/constants/fs.ts';
import { SIGKILL } from '../../syscall/constants/process.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** Rounds of killing, and the pause after each: what was forked meanwhile is found in the next. */
const maxRounds = 100;
const pauseNs = 10_000_000n;

const bufferSize = 4096;

/**
 * Kills what is left in a container's cgroup after the end of its first process: without a PID namespace of its own the
 * kernel does not do it. With cgroup v2 and Linux 5.14 it is one write; else the list is gone through until it is empty.
 */
export function endStragglers(p: ProgramBuilder, { hierarchies }: CgroupPlan): void {
  const [hierarchy] = hierarchies;
  if (!hierarchy) return;
  const ignore = { onError: 'ignore' } as const;
  if (hierarchy.controllers.length === 0) {
    const file = p.string(`${hierarchy.folder}/cgroup.kill`);
    const kill = p.call(
      'open cgroup.kill',
      'openat',
      [AT_FDCWD, file, O_WRONLY | O_CLOEXEC, 0],
      ignore,
    );
    p.call('kill the cgroup', 'write', [kill, p.string('1'), 1], ignore);
    p.call('close cgroup.kill', 'close', [kill], ignore);
  }
  const [again, done] = [p.label(), p.label()];
  const rounds = p.value(p.reserve(8));
  const buffer = p.reserve(bufferSize);
  const procs = p.string(`${hierarchy.folder}/cgroup.procs`);
  const pause = p.bytes(Buffer.from(BigInt64Array.of(0n, pauseNs).buffer));
  p.set(rounds, maxRounds);
  p.place(again);
  const fd = p.call('open cgroup.procs', 'openat', [AT_FDCWD, procs, O_RDONLY | O_CLOEXEC, 0], {
    onError: done,
  });
  const length = p.call('read cgroup.procs', 'read', [fd, buffer, bufferSize], ignore);
  p.call('close cgroup.procs', 'close', [fd], ignore);
  p.jumpIf('lt', length, 1, done);
  killEach(p, buffer, length);
  p.call('let them end', 'nanosleep', [pause, 0], ignore);
  p.set(rounds, p.compute('sub', rounds, 1));
  p.jumpIf('ne', rounds, 0, again);
  p.place(done);
}

/** Sends SIGKILL to each of the process ids in a text, which has one in a line; one that is cut off is left out. */
function killEach(p: ProgramBuilder, text: Address, length: Ref): void {
  const [cursor, number] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
  const [next, digit, last] = [p.label(), p.label(), p.label()];
  const end = p.compute('add', text, length);
  p.set(cursor, text);
  p.set(number, 0);
  p.place(next);
  p.jumpIf('ge', cursor, end, last);
  const letter = p.load(8, cursor);
  p.set(cursor, p.compute('add', cursor, 1));
  p.jumpIf('ge', letter, '0'.charCodeAt(0), digit);
  p.call('kill a process of the container', 'kill', [number, SIGKILL], { onError: 'ignore' });
  p.set(number, 0);
  p.jump(next);
  p.place(digit);
  const value = p.compute('sub', letter, '0'.charCodeAt(0));
  p.set(number, p.compute('add', p.compute('mul', number, 10), value));
  p.jump(next);
  p.place(last);
}

import { posix } from 'node:path';
import type { CgroupPlan } from '../../cgroup/cgroup-plan.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY, O_WRONLY } from '../../syscall/constants/fs.ts';
import { EFD_CLOEXEC, EFD_NONBLOCK, POLLIN, POLLPRI } from '../../syscall/constants/io.ts';
import { decimal } from '../../syscall/decimal.ts';
import type { Label, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { PollSet, PollSlot } from './poll-set.ts';

const textSize = 64;

/** Hears from the kernel that a container has run out of memory, which need not be its end: a child may have been killed. */
export class MemoryWatch {
  /** 1: it has, and nobody was told yet. */
  readonly exhausted: Ref;
  readonly #p: ProgramBuilder;
  readonly #polled: PollSet;
  readonly #slot: PollSlot;
  readonly #counter: CgroupPlan['oomCounter'];

  /** To be built before the program of the container can do anything. A host that cannot tell is none to fail on. */
  constructor(p: ProgramBuilder, polled: PollSet, { oomCounter }: Pick<CgroupPlan, 'oomCounter'>) {
    this.#p = p;
    this.#polled = polled;
    this.#counter = oomCounter;
    this.exhausted = p.value(p.reserve(8));
    const pollsFile = oomCounter !== undefined && isUnified(oomCounter.file);
    this.#slot = polled.add(-1, pollsFile ? POLLPRI : POLLIN);
    if (oomCounter === undefined) return;
    const failed = p.label();
    const watched = pollsFile
      ? open(p, { file: oomCounter.file, flags: O_RDONLY, failed })
      : eventsOf(p, oomCounter.file, failed);
    polled.assign(this.#slot, watched);
    this.#take();
    p.set(this.exhausted, 0);
    p.place(failed);
  }

  /** Takes note of what the kernel says. */
  serve(): void {
    if (this.#counter === undefined) return;
    const done = this.#p.label();
    this.#polled.skipUnlessReady(this.#slot, done);
    this.#take();
    this.#p.place(done);
  }

  /** A file of v2 is quiet until its next change once it was read, and an eventfd until its next event. */
  #take(): void {
    const p = this.#p;
    const text = p.reserve(textSize);
    const args = [this.#slot.fd, text, textSize, 0] as const;
    if (isUnified(this.#counter?.file ?? ''))
      p.call('read events', 'pread64', args, { onError: 'ignore' });
    else p.call('take an event', 'read', args.slice(0, 3), { onError: 'ignore' });
    p.set(this.exhausted, 1);
  }
}

/** In cgroup v2 memory.events itself can be polled; in v1 events are asked for (memcg_test and memory.rst of Linux 6.18). */
function isUnified(file: string): boolean {
  return posix.basename(file) === 'memory.events';
}

interface Opening {
  readonly file: string;
  readonly flags: number;
  readonly failed: Label;
}

function open(p: ProgramBuilder, { file, flags, failed }: Opening): Ref {
  const args = [AT_FDCWD, p.string(file), flags | O_CLOEXEC, 0];
  return p.call(`open ${file}`, 'openat', args, { onError: failed });
}

/** An eventfd that the kernel adds to: `<eventfd> <memory.oom_control>` is written to cgroup.event_control. */
function eventsOf(p: ProgramBuilder, file: string, failed: Label): Ref {
  const control = `${posix.dirname(file)}/cgroup.event_control`;
  const counter = open(p, { file, flags: O_RDONLY, failed });
  const asked = open(p, { file: control, flags: O_WRONLY, failed });
  const flags = EFD_CLOEXEC | EFD_NONBLOCK;
  const events = p.call('make an eventfd', 'eventfd2', [0, flags], { onError: failed });
  const text = p.reserve(textSize);
  const end = p.value(p.reserve(8));
  p.set(end, text);
  for (const [fd, last] of [
    [events, ' '],
    [counter, '\0'],
  ] as const) {
    const { start, length } = decimal(p, fd);
    p.copy({ from: start, to: end, length });
    p.set(end, p.compute('add', end, length));
    p.store(8, end, last.charCodeAt(0));
    p.set(end, p.compute('add', end, 1));
  }
  const length = p.compute('sub', p.compute('sub', end, text), 1);
  p.call('ask for events', 'write', [asked, text, length], { onError: failed });
  p.call('close', 'close', [asked], { onError: 'ignore' });
  p.call('close', 'close', [counter], { onError: 'ignore' });
  return events;
}

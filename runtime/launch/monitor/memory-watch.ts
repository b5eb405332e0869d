import { posix } from 'node:path';
import type { CgroupPlan } from '../../cgroup/cgroup-plan.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY, O_WRONLY } from '../../syscall/constants/fs.ts';
import { EFD_CLOEXEC, EFD_NONBLOCK, POLLIN, POLLPRI } from '../../syscall/constants/io.ts';
import { decimal } from '../../syscall/decimal.ts';
import type { Address, Label, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { PollSet, PollSlot } from './poll-set.ts';

/** More than the kernel has in any of these files. */
const textSize = 256;

/** The first eight bytes of a line of memory.events, and how far behind them its number is. */
const kills = { key: 'oom_kill', numberAt: 9 } as const;

/** Hears from the kernel that a container has run out of memory, which need not be its end: a child may have been killed. */
export class MemoryWatch {
  /** 1: it has, and nobody was told yet. */
  readonly exhausted: Ref;
  readonly #p: ProgramBuilder;
  readonly #polled: PollSet;
  readonly #slot: PollSlot;
  readonly #kind: 'none' | 'eventfd' | 'memory.events';
  /** The number of kills that is known, as its first eight bytes. */
  readonly #known: Ref;

  /** A host that cannot tell is none to fail on. */
  constructor(p: ProgramBuilder, polled: PollSet, { oomCounter }: Pick<CgroupPlan, 'oomCounter'>) {
    this.#p = p;
    this.#polled = polled;
    this.exhausted = p.value(p.reserve(8));
    this.#known = p.value(p.reserve(8));
    this.#kind =
      oomCounter === undefined
        ? 'none'
        : posix.basename(oomCounter.file) === 'memory.events'
          ? 'memory.events'
          : 'eventfd';
    this.#slot = polled.add(-1, this.#kind === 'memory.events' ? POLLPRI : POLLIN);
    if (oomCounter === undefined) return;
    const { file } = oomCounter;
    const failed = p.label();
    const watched =
      this.#kind === 'memory.events'
        ? open(p, { file, flags: O_RDONLY, failed })
        : eventsOf(p, file, failed);
    polled.assign(this.#slot, watched);
    p.place(failed);
    // What happens from now on is heard of, and what has happened by now is the first number that is known.
    const unwatched = p.label();
    p.jumpIf('lt', this.#slot.fd, 0, unwatched);
    this.look();
    p.set(this.exhausted, 0);
    p.place(unwatched);
  }

  /** Takes note of what the kernel says. */
  serve(): void {
    if (this.#kind === 'none') return;
    const done = this.#p.label();
    this.#polled.skipUnlessReady(this.#slot, done);
    this.look();
    this.#p.place(done);
  }

  /** Reads what there is to read, after which the kernel is quiet until the next event. */
  look(): void {
    const p = this.#p;
    const text = p.reserve(textSize);
    const [gone, done] = [p.label(), p.label()];
    if (this.#kind === 'eventfd') {
      p.call('take an event', 'read', [this.#slot.fd, text, 8], { onError: done });
      p.set(this.exhausted, 1);
      p.place(done);
      return;
    }
    const args = [this.#slot.fd, text, textSize, 0];
    const length = p.call('read events', 'pread64', args, { onError: gone });
    this.#compare(text, p.compute('add', text, length), done);
    p.jump(done);
    // The cgroup was removed under it: the file would be ready for ever.
    p.place(gone);
    p.call('close events', 'close', [this.#slot.fd], { onError: 'ignore' });
    this.#polled.assign(this.#slot, -1);
    p.place(done);
  }

  /** memory.events also changes when a limit is met and memory is found elsewhere: only kills count. */
  #compare(text: Address, end: Ref, done: Label): void {
    const p = this.#p;
    const key = p.load(64, p.bytes(Buffer.from(kills.key)));
    const at = p.value(p.reserve(8));
    const [again, found] = [p.label(), p.label()];
    p.set(at, text);
    p.place(again);
    p.jumpIf('eq', p.load(64, at), key, found);
    p.set(at, p.compute('add', at, 1));
    p.jumpIf('lt', at, end, again);
    p.jump(done);
    p.place(found);
    const number = p.load(64, p.compute('add', at, kills.numberAt));
    p.jumpIf('eq', number, this.#known, done);
    p.set(this.#known, number);
    p.set(this.exhausted, 1);
  }
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

/** cgroup v1: an eventfd that the kernel adds to. `<eventfd> <memory.oom_control>` is written to cgroup.event_control. */
function eventsOf(p: ProgramBuilder, file: string, failed: Label): Ref {
  const control = `${posix.dirname(file)}/cgroup.event_control`;
  const counter = open(p, { file, flags: O_RDONLY, failed });
  const asked = open(p, { file: control, flags: O_WRONLY, failed });
  const flags = EFD_CLOEXEC | EFD_NONBLOCK;
  const events = p.call('make an eventfd', 'eventfd2', [0, flags], { onError: failed });
  const text = p.reserve(64);
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

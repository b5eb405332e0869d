import { errnoNumber } from '../../syscall/errno.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { LogLines } from './log-lines.ts';
import type { PollSet, PollSlot } from './poll-set.ts';

/** Bytes of one read: half of what a pipe holds. */
const readBytes = 32 * 1024;

/** A line without its end is written as soon as it has so many bytes, as Docker does. */
const longLineBytes = 16 * 1024;

const bufferBytes = longLineBytes + readBytes;

/** After a read of so many bytes, memory is given back when there is a pause: as lines of JSON short lines are fifty times as long. */
const muchBytes = 256;

/** For so long the end of a line, or more output, is waited for. */
const patienceNs = 5_000_000n;

/** A stream of the container, and the beginning of a line that its end is waited for. */
interface OutputStream {
  readonly name: 'stdout' | 'stderr';
  readonly slot: PollSlot;
  readonly buffer: Address;
  readonly held: Ref;
}

/** What `Output` is made of. */
export interface OutputOptions {
  readonly polled: PollSet;
  readonly lines: LogLines;
  readonly stdout: PollSlot;
  readonly stderr: PollSlot;
  /** Whether somebody may be talking to the program, who waits for prompts: then no end of a line is waited for. */
  readonly interactive: boolean;
}

/** Moves output from the container's streams to the log. */
export class Output {
  /** 1 when the log has grown and nobody was told yet. */
  readonly grown: Ref;
  readonly #p: ProgramBuilder;
  readonly #options: OutputOptions;
  readonly #streams: readonly OutputStream[];
  /** 1 when there was output in the last round. */
  readonly some: Ref;
  /** Whether there was much since memory was given back. */
  readonly #much: Ref;

  constructor(p: ProgramBuilder, options: OutputOptions) {
    this.#p = p;
    this.#options = options;
    this.grown = p.value(p.reserve(8));
    [this.some, this.#much] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
    this.#streams = (['stdout', 'stderr'] as const).map((name) => ({
      name,
      slot: options[name],
      buffer: p.reservePages(bufferBytes),
      held: p.value(p.reserve(8)),
    }));
  }

  /** How long to wait: a struct timespec's address, or 0 for ever. To be asked before each wait. */
  patience(): Ref {
    const p = this.#p;
    const timeout = p.value(p.reserve(8));
    const [some, none] = [p.label(), p.label()];
    const time = p.reserve(16);
    p.set(timeout, 0);
    p.jumpIf('ne', this.#much, 0, some);
    for (const { held } of this.#streams) p.jumpIf('ne', held, 0, some);
    p.jump(none);
    p.place(some);
    // The kernel writes into it what was left of it.
    p.set(time, 0);
    p.set(time.at(8), patienceNs);
    p.set(timeout, time);
    p.place(none);
    return timeout;
  }

  /** Reads once from each stream. */
  forward(): void {
    this.#p.set(this.some, 0);
    for (const stream of this.#streams) this.#forward(stream);
    this.#options.lines.finish();
    this.#rest();
  }

  /** Nothing is held when nothing was read. */
  #rest(): void {
    const p = this.#p;
    const busy = p.label();
    p.jumpIf('eq', this.#much, 0, busy);
    p.jumpIf('ne', this.some, 0, busy);
    p.set(this.#much, 0);
    for (const { buffer } of this.#streams) p.forgetPages(buffer, bufferBytes);
    this.#options.lines.rest();
    p.place(busy);
  }

  /** At its end a stream is closed and polled no longer. */
  #forward(stream: OutputStream): void {
    const p = this.#p;
    const { slot, buffer, held } = stream;
    const [quiet, ended, closed, done] = [p.label(), p.label(), p.label(), p.label()];
    p.jumpIf('lt', slot.fd, 0, done);
    const to = p.compute('add', buffer, held);
    const count = p.call('read output', 'read', [slot.fd, to, readBytes], { onError: 'ignore' });
    p.jumpIf('eq', count, -errnoNumber('EAGAIN'), quiet);
    // 0 is the end. EIO would be a terminal that nobody has open: it is held open (hold-terminal.ts).
    p.jumpIf('lt', count, 1, ended);
    p.set(held, p.compute('add', held, count));
    p.set(this.some, 1);
    const little = p.label();
    p.jumpIf('lt', count, muchBytes, little);
    p.set(this.#much, 1);
    p.place(little);
    this.#write(stream, this.#options.interactive ? 'write' : 'keep');
    p.jump(done);

    p.place(ended);
    p.call('close a stream', 'close', [slot.fd], { onError: 'ignore' });
    this.#options.polled.assign(slot, -1);
    p.place(quiet);
    p.jumpIf('eq', held, 0, closed);
    this.#write(stream, 'write');
    p.place(closed);
    p.place(done);
  }

  /** Writes what is held; the beginning of a line that is kept moves to the beginning of the buffer. */
  #write({ name, buffer, held }: OutputStream, partial: 'keep' | 'write'): void {
    const p = this.#p;
    const { lines } = this.#options;
    const end = p.compute('add', buffer, held);
    p.set(this.grown, 1);
    const from = lines.write(name, { from: buffer, end, partial });
    p.set(held, p.compute('sub', end, from));
    if (partial === 'write') return;
    const [short, none] = [p.label(), p.label()];
    p.jumpIf('eq', held, 0, none);
    p.jumpIf('lt', held, longLineBytes, short);
    lines.write(name, { from, end, partial: 'write' });
    p.set(held, 0);
    p.jump(none);
    p.place(short);
    p.copy({ from, to: buffer, length: held });
    p.place(none);
  }
}

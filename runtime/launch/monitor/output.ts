import { CLOCK_REALTIME } from '../../syscall/constants/io.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { PollSet, PollSlot } from './poll-set.ts';
import { logHeaderSize, maxPayload } from './protocol.ts';

/** Moves output from the container's streams to the log, one record a read. */
export class Output {
  /** 1 when the log has grown and nobody was told yet. */
  readonly grown: Ref;
  readonly #p: ProgramBuilder;
  readonly #polled: PollSet;
  readonly #log: Ref;
  readonly #record: Address;

  constructor(p: ProgramBuilder, polled: PollSet, log: Ref) {
    this.#p = p;
    this.#polled = polled;
    this.#log = log;
    this.#record = p.reserve(logHeaderSize + maxPayload);
    this.grown = p.value(p.reserve(8));
  }

  /** Reads once from a stream, if it has something; at its end it is closed and polled no longer. */
  forward(slot: PollSlot, stream: number): void {
    const p = this.#p;
    const [ended, done] = [p.label(), p.label()];
    p.jumpIf('lt', slot.fd, 0, done);
    const payload = this.#record.at(logHeaderSize);
    const count = p.call('read output', 'read', [slot.fd, payload, maxPayload], {
      onError: 'ignore',
    });
    p.jumpIf('eq', count, -errnoNumber('EAGAIN'), done);
    // 0 is the end; EIO is a terminal whose other end is closed.
    p.jumpIf('lt', count, 1, ended);
    this.#append(stream, count);
    p.set(this.grown, 1);
    p.jump(done);
    p.place(ended);
    p.call('close a stream', 'close', [slot.fd], { onError: 'ignore' });
    this.#polled.assign(slot, -1);
    p.place(done);
  }

  /** Writes the record; what did not fit on a full disk is taken back, so that the log stays readable. */
  #append(stream: number, count: Value): void {
    const p = this.#p;
    const whole = p.label();
    p.call('look at the clock', 'clock_gettime', [CLOCK_REALTIME, this.#record.at(8)]);
    p.store(32, this.#record, count);
    p.store(32, this.#record.at(4), stream);
    const size = p.compute('add', count, logHeaderSize);
    const args = [this.#log, this.#record, size];
    const written = p.call('write the log', 'write', args, { onError: 'ignore' });
    p.jumpIf('eq', written, size, whole);
    p.jumpIf('lt', written, 1, whole);
    const end = p.call('find the end of the log', 'lseek', [this.#log, 0, 2], {
      onError: 'ignore',
    });
    const length = p.compute('sub', end, written);
    p.call('take back half a record', 'ftruncate', [this.#log, length], { onError: 'ignore' });
    p.place(whole);
  }
}

import { F_SETFL, O_CLOEXEC, O_NONBLOCK } from '../../syscall/constants/fs.ts';
import {
  SFD_CLOEXEC,
  SFD_NONBLOCK,
  SIGCHLD,
  SIGSET_SIZE,
  signalSet,
} from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { memoryFile } from '../../syscall/memory-file.ts';
import type { Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { Attempts } from './attempts.ts';
import type { StateText } from './state-text.ts';

/** What is open while a hook runs. */
export class HookDescriptors {
  /** The state, to be read from its beginning. */
  readonly stdin: Ref;
  /** The two ends of the pipe that takes the hook's output: ours does not block. */
  readonly outputRead: Ref;
  readonly outputWrite: Ref;
  /** Tells that a child has ended (signalfd(2)). */
  readonly signals: Ref;
  readonly #p: ProgramBuilder;

  constructor(p: ProgramBuilder) {
    const none = (): Ref => {
      const fd = p.value(p.reserve(8));
      p.set(fd, -1);
      return fd;
    };
    this.#p = p;
    this.stdin = none();
    this.outputRead = none();
    this.outputWrite = none();
    this.signals = none();
  }

  /** Opens all of them. Each is closed on exec: the hook gets copies. */
  open(attempts: Attempts, state: StateText): void {
    const p = this.#p;
    this.#makeInput(attempts);
    this.#writeState(attempts, state);
    const ends = p.reserve(8);
    attempts.call('make the pipe of its output', 'pipe2', [ends, O_CLOEXEC]);
    p.set(this.outputRead, p.value32(ends));
    p.set(this.outputWrite, p.value32(ends.at(4)));
    const dontWait: readonly Value[] = [this.outputRead, F_SETFL, O_NONBLOCK];
    attempts.call('read its output without waiting', 'fcntl', dontWait);
    const watched = [-1, p.bytes(signalSet(SIGCHLD)), SIGSET_SIZE, SFD_CLOEXEC | SFD_NONBLOCK];
    p.set(this.signals, attempts.call('watch SIGCHLD', 'signalfd4', watched));
  }

  /** Closes one of them; it is done no harm by the closing of all. */
  close(fd: Ref): void {
    this.#p.call('close what a hook was given', 'close', [fd], { onError: 'ignore' });
    this.#p.set(fd, -1);
  }

  /** Closes what is open. */
  closeAll(): void {
    for (const fd of [this.stdin, this.outputRead, this.outputWrite, this.signals]) this.close(fd);
  }

  #makeInput(attempts: Attempts): void {
    const p = this.#p;
    const made = p.label();
    p.set(this.stdin, memoryFile(p, 'state'));
    p.jumpIf('ge', this.stdin, 0, made);
    attempts.fail(p.compute('sub', 0, this.stdin));
    p.place(made);
  }

  #writeState(attempts: Attempts, { vector, pieces, knownSize }: StateText): void {
    const p = this.#p;
    const whole = p.label();
    const written = attempts.call('write its input', 'writev', [this.stdin, vector, pieces]);
    p.jumpIf('ge', written, knownSize, whole);
    attempts.fail(errnoNumber('ENOSPC'));
    p.place(whole);
    attempts.call('rewind its input', 'lseek', [this.stdin, 0, 0]);
  }
}

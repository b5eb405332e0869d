import { BerthError } from '../errors/berth-error.ts';
import { forkStep } from './launcher-program.ts';
import type { NamedSteps } from './prepared-program.ts';
import type { ProgramResult, RunningProgram } from './program-result.ts';
import { stepFailure } from './step-failure.ts';

interface PendingOptions {
  /** What is longer than a timer can be, 24 days, is as long as it takes. */
  readonly timeoutMs: number;
  /** What is waited for, and so what the time limit is for. */
  readonly until: 'answer' | 'end';
  readonly kill: (pid: number, signal: 'SIGKILL') => void;
}

/** What a timer of Node.js takes: with more it would be over at once. */
const longestTimerMs = 2 ** 31 - 1;

/** A program that was sent and whose answer or end is awaited. */
export class Pending {
  readonly ended: Promise<ProgramResult>;
  readonly answered: Promise<RunningProgram>;
  pid: number | undefined;
  #program: NamedSteps;
  readonly #until: PendingOptions['until'];
  readonly #data: Buffer[] = [];
  /** The failure of a program that answered and failed before the word of its start. */
  #early: BerthError | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #settleEnd: PromiseWithResolvers<ProgramResult>;
  readonly #settleAnswer: PromiseWithResolvers<RunningProgram>;

  constructor(program: NamedSteps, { timeoutMs, until, kill }: PendingOptions) {
    this.#until = until;
    this.#program = program;
    this.#settleEnd = Promise.withResolvers();
    this.#settleAnswer = Promise.withResolvers();
    this.ended = this.#settleEnd.promise;
    this.answered = this.#settleAnswer.promise;
    // Each caller awaits one of the two; the other must not count as unhandled.
    this.answered.catch(() => undefined);
    if (timeoutMs <= longestTimerMs) {
      this.#timer = setTimeout(() => {
        this.#giveUp(timeoutMs, kill);
      }, timeoutMs);
    }
  }

  /** The launcher has forked the program's process. */
  started(pid: number): void {
    this.pid = pid;
    this.#answer();
    if (this.#early) this.fail(this.#early);
  }

  /** The program has sent a reply. */
  reply(data: Buffer): void {
    this.#data.push(data);
    this.#answer();
  }

  /** A step of the program has failed. */
  failedAt(step: number, errno: number): void {
    const failed = this.#program.stepAt(step);
    const label = step === forkStep ? 'fork its process' : (failed?.label ?? `step ${step}`);
    const error = stepFailure({ program: this.#program.name, label, call: failed?.call, errno });
    // The child can be quicker than the word of its start, and what it has answered before it failed is an answer.
    if (this.pid === undefined && this.#data.length > 0) this.#early = error;
    else this.fail(error);
  }

  /** The program's process has ended with this wait status (wait(2)). */
  exited(status: number): void {
    const signal = status & 0x7f;
    if (signal === 0) {
      clearTimeout(this.#timer);
      this.#settleEnd.resolve({ data: Buffer.concat(this.#data), exitCode: (status >> 8) & 0xff });
      // An error that nobody waits for would cost more than the rest: its stack.
      if (this.#until === 'end' || this.#data.length > 0) return;
    }
    const how =
      signal === 0
        ? `ended with status ${(status >> 8) & 0xff} without a reply`
        : `was ended by signal ${signal}`;
    this.fail(
      new BerthError('PROGRAM_CRASHED', {
        message: `${this.#program.name}: the process ${how}; wanted an answer.`,
        details: { program: this.#program.name, signal, status },
      }),
    );
  }

  /** Ends the waiting with an error, unless it has ended already. */
  fail(error: BerthError): void {
    clearTimeout(this.#timer);
    this.#settleEnd.reject(error);
    this.#settleAnswer.reject(error);
  }

  #giveUp(timeoutMs: number, kill: PendingOptions['kill']): void {
    const { name } = this.#program;
    this.fail(
      new BerthError('PROGRAM_TIMEOUT', {
        message: `${name}: no end after ${timeoutMs} ms; it was killed.`,
        remedy: 'Look for a mount or device that hangs (dmesg).',
        details: { program: name, timeoutMs },
      }),
    );
    try {
      if (this.pid !== undefined) kill(this.pid, 'SIGKILL');
    } catch {
      // It has ended this very moment (ESRCH): the word of that is on its way. Nobody could catch an error here.
    }
  }

  /** Settles the first answer once pid and reply are known: the child can be quicker than the word about it. */
  #answer(): void {
    const [data] = this.#data;
    if (this.pid === undefined || data === undefined) return;
    if (this.#until === 'answer') {
      clearTimeout(this.#timer);
      // It may go on for months, such as a monitor, and its steps are half a megabyte.
      this.#program = nameless(this.#program.name);
    }
    this.#settleAnswer.resolve({ pid: this.pid, data, ended: this.ended });
  }
}

/** A program whose steps nobody asks for any more. */
function nameless(name: string): NamedSteps {
  return { name, stepAt: () => undefined };
}

import { CLOCK_REALTIME } from '../../syscall/constants/io.ts';
import type { Address, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { Subroutine } from '../../syscall/subroutine.ts';

/** What the text looks like: RFC 3339 in UTC, with nanoseconds. */
export const timePattern = '0000-00-00T00:00:00.000000000Z';

/** Writes the time of day into a text that looks like `timePattern`. */
export class LogTime {
  readonly #p: ProgramBuilder;
  readonly #text: Address;
  readonly #digits: Subroutine;
  readonly #number: Address;
  readonly #end: Address;
  readonly #count: Address;

  constructor(p: ProgramBuilder, text: Address) {
    this.#p = p;
    this.#text = text;
    this.#digits = new Subroutine(p);
    this.#number = p.reserve(8);
    this.#end = p.reserve(8);
    this.#count = p.reserve(8);
  }

  /** Adds the steps that bring the text up to date: a few when it is still the same second. */
  update(): void {
    const p = this.#p;
    const sameSecond = p.label();
    const now = p.reserve(16);
    const [seconds, known] = [p.value(now), p.value(p.reserve(8))];
    p.call('look at the clock', 'clock_gettime', [CLOCK_REALTIME, now]);
    p.jumpIf('eq', seconds, known, sameSecond);
    p.set(known, seconds);
    this.#date(p.compute('div', seconds, 86_400));
    const ofDay = p.compute('rem', seconds, 86_400);
    this.#write(p.compute('div', ofDay, 3600), 11, 2);
    this.#write(p.compute('rem', p.compute('div', ofDay, 60), 60), 14, 2);
    this.#write(p.compute('rem', ofDay, 60), 17, 2);
    p.place(sameSecond);
    this.#write(p.value(now.at(8)), 20, 9);
    this.#digits.finish(() => {
      this.#writeDigits();
    });
  }

  /** The civil date of a day since 1970: years begin in March, so that the leap day is the last one of its year. */
  #date(sinceEpoch: Value): void {
    const p = this.#p;
    const days = p.compute('add', sinceEpoch, 719_468);
    const era = p.compute('div', days, 146_097);
    const dayOfEra = p.compute('rem', days, 146_097);
    const leaps = p.compute(
      'sub',
      p.compute('add', dayOfEra, p.compute('div', dayOfEra, 36_524)),
      p.compute('add', p.compute('div', dayOfEra, 1460), p.compute('div', dayOfEra, 146_096)),
    );
    const yearOfEra = p.compute('div', leaps, 365);
    const before = p.compute(
      'sub',
      p.compute('add', p.compute('mul', yearOfEra, 365), p.compute('div', yearOfEra, 4)),
      p.compute('div', yearOfEra, 100),
    );
    const dayOfYear = p.compute('sub', dayOfEra, before);
    const month = p.compute('div', p.compute('add', p.compute('mul', dayOfYear, 5), 2), 153);
    const monthBegins = p.compute('div', p.compute('add', p.compute('mul', month, 153), 2), 5);
    // 1 for January and February, which belong to the next civil year.
    const turned = p.compute('div', month, 10);
    const year = p.compute('add', p.compute('mul', era, 400), p.compute('add', yearOfEra, turned));
    const civilMonth = p.compute('sub', p.compute('add', month, 3), p.compute('mul', turned, 12));
    this.#write(year, 0, 4);
    this.#write(civilMonth, 5, 2);
    this.#write(p.compute('add', p.compute('sub', dayOfYear, monthBegins), 1), 8, 2);
  }

  #write(value: Value, at: number, count: number): void {
    this.#p.set(this.#number, value);
    this.#p.set(this.#end, this.#text.at(at + count));
    this.#p.set(this.#count, count);
    this.#digits.call();
  }

  /** From the last digit to the first. */
  #writeDigits(): void {
    const p = this.#p;
    const [number, end, count] = [p.value(this.#number), p.value(this.#end), p.value(this.#count)];
    const again = p.label();
    p.place(again);
    p.set(end, p.compute('sub', end, 1));
    p.store(8, end, p.compute('add', p.compute('rem', number, 10), '0'.charCodeAt(0)));
    p.set(number, p.compute('div', number, 10));
    p.set(count, p.compute('sub', count, 1));
    p.jumpIf('lt', 0, count, again);
  }
}

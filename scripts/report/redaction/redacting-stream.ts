import { normalise, unfinishedAt } from './normalise.ts';
import type { Redactor } from './redactor.ts';
import { placeholder } from './span.ts';

/** Characters that are gathered before they are looked at. */
const windowSize = 65_536;
/** Characters at the end that wait for what comes next: a secret may go on there. */
const heldBack = 4096;
/** Characters before a window that a rule may look back at. */
const context = 512;
/** A match that goes on for longer than this is dropped up to the end of its line. */
const longestMatch = 262_144;

/**
 * Redacts a text that arrives in chunks, cut anywhere: within a secret, a character, a terminal's control sequence. What
 * it gives has been redacted; what it holds is bounded.
 */
export class RedactingStream {
  readonly #redactor: Redactor;
  readonly #decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: false });
  #raw = '';
  /** Seen and given out already: only to look back at. */
  #before = '';
  #pending = '';
  #dropsLine = false;
  /** Length of `#pending` from which it is looked at again. */
  #lookAt = windowSize;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Takes the next bytes; gives what is certain by now. */
  push(chunk: Uint8Array): string {
    return this.#add(this.#decoder.decode(chunk, { stream: true }), 'more');
  }

  /** Gives the rest. */
  end(): string {
    return this.#add(this.#decoder.decode(), 'end');
  }

  #add(text: string, end: 'more' | 'end'): string {
    this.#raw += text;
    const cut = end === 'end' ? this.#raw.length : unfinishedAt(this.#raw);
    this.#pending += normalise(this.#raw.slice(0, cut));
    this.#raw = this.#raw.slice(cut);
    if (this.#dropsLine) this.#dropLine();
    if (end === 'more' && this.#pending.length < this.#lookAt) return '';
    const out = this.#give(end);
    // A match that is not at its end yet is not looked at anew for every few bytes.
    this.#lookAt = this.#pending.length + windowSize;
    return out;
  }

  #give(end: 'more' | 'end'): string {
    const text = this.#before + this.#pending;
    const start = this.#before.length;
    const spans = this.#redactor.spansOf(text).filter(({ secretTo }) => secretTo > start);
    let cut = end === 'end' ? text.length : Math.max(start, text.length - heldBack);
    // Rather between two lines: what is encoded is whole then.
    if (end === 'more') {
      const line = text.lastIndexOf('\n', cut - 1) + 1;
      if (line > start) cut = line;
      // Never through a match: what is behind the cut is looked at again, with its beginning.
      for (const { from, to } of spans.toReversed()) {
        if (to >= cut && from < cut) cut = Math.max(start, from);
      }
    }
    if (cut === start && text.length - start > longestMatch) return this.#dropMatch();
    const inside = spans
      .filter(({ secretTo }) => secretTo <= cut)
      .map((span) => ({ ...span, secretFrom: Math.max(span.secretFrom, start) }));
    const shifted = inside.map((span) => ({
      ...span,
      secretFrom: span.secretFrom - start,
      secretTo: span.secretTo - start,
    }));
    const out = this.#redactor.replace(text.slice(start, cut), shifted);
    this.#before = text.slice(Math.max(0, cut - context), cut);
    this.#pending = text.slice(cut);
    return out;
  }

  /** Nothing is that long and still a secret that a person knows: rather too much is taken out than too little. */
  #dropMatch(): string {
    this.#dropsLine = true;
    this.#before = '';
    this.#dropLine();
    return placeholder('too-long');
  }

  #dropLine(): void {
    const lineEnd = this.#pending.indexOf('\n');
    this.#dropsLine = lineEnd < 0;
    this.#pending = lineEnd < 0 ? '' : this.#pending.slice(lineEnd);
  }
}

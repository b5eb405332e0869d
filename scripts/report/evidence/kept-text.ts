/** Which part of a text that is too long is kept. */
export type KeptPart = 'start' | 'end';

/** Gathers the beginning or the end of a text that may be of any length, in bounded memory, cut between lines. */
export class KeptText {
  readonly #limit: number;
  readonly #part: KeptPart;
  #text = '';
  #seen = 0;

  /** @param limit in characters */
  constructor(limit: number, part: KeptPart) {
    this.#limit = limit;
    this.#part = part;
  }

  /** Characters that were added so far. */
  get seen(): number {
    return this.#seen;
  }

  /** Whether a part of what was added is not kept. */
  get isShortened(): boolean {
    return this.#seen > this.#limit;
  }

  add(text: string): void {
    this.#seen += text.length;
    if (this.#part === 'start') {
      if (this.#text.length < this.#limit)
        this.#text += text.slice(0, this.#limit - this.#text.length);
      return;
    }
    this.#text += text;
    // Not at every turn: each cut copies.
    if (this.#text.length > 2 * this.#limit) this.#text = this.#text.slice(-this.#limit);
  }

  /** What is kept: whole lines where it is shortened, unless a single line is longer than that. */
  get text(): string {
    if (!this.isShortened) return this.#text;
    if (this.#part === 'start') {
      const end = this.#text.lastIndexOf('\n');
      return end <= 0 ? this.#text : this.#text.slice(0, end + 1);
    }
    const tail = this.#text.slice(-this.#limit);
    const start = tail.indexOf('\n');
    return start < 0 || start === tail.length - 1 ? tail : tail.slice(start + 1);
  }
}

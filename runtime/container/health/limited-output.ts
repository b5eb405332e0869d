/** Docker's: what a probe writes beyond this is dropped. */
const mostBytes = 4096;

/** The beginning of what a probe writes. */
export class LimitedOutput {
  readonly #pieces: Buffer[] = [];
  #length = 0;
  #cut = false;

  /** Takes a piece, as far as there is room. */
  add(piece: Buffer): void {
    const kept = piece.subarray(0, mostBytes - this.#length);
    this.#cut ||= kept.length < piece.length;
    this.#length += kept.length;
    if (kept.length > 0) this.#pieces.push(Buffer.from(kept));
  }

  /** The text, with three dots when something was dropped. What is no UTF-8 is replaced. */
  text(): string {
    return Buffer.concat(this.#pieces).toString() + (this.#cut ? '...' : '');
  }
}

/** Long enough not to jump with every packet, short enough to show that it stalls. */
const windowMs = 4000;
/** Before that, a rate is a guess. */
const leastMs = 500;

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

/** How fast a number of bytes grows, over the last seconds. */
export class TransferRate {
  #samples: Sample[] = [];

  /** Takes a new count, and returns bytes per second; 0 while it is too early to tell. */
  update(bytes: number, atMs: number): number {
    const last = this.#samples.at(-1);
    // Fewer than before: something else is being counted now, such as the same layer unpacked.
    if (last !== undefined && bytes < last.bytes) this.#samples = [];
    this.#samples.push({ atMs, bytes });
    while ((this.#samples[1]?.atMs ?? atMs) < atMs - windowMs) this.#samples.shift();
    const [first = { atMs, bytes }] = this.#samples;
    const elapsedMs = atMs - first.atMs;
    return elapsedMs < leastMs ? 0 : Math.round(((bytes - first.bytes) / elapsedMs) * 1000);
  }
}

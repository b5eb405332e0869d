/** Figures of a series of measurements, in the unit they were taken in. */
export interface Figures {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly count: number;
}

/** Median, minimum and maximum of at least one value. */
export function figuresOf(values: readonly number[]): Figures {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return {
    median: (low + high) / 2,
    minimum: sorted[0] ?? NaN,
    maximum: sorted.at(-1) ?? NaN,
    count: sorted.length,
  };
}

/** One thing to measure; gives the milliseconds, or whatever the figure's unit is. */
export type Measure = () => Promise<number>;

/**
 * Measures ours and theirs in turn, so that a machine whose speed drifts treats both alike; the first round of each is
 * a warm-up that does not count.
 */
export async function inTurn(
  rounds: number,
  { ours, theirs }: { readonly ours: Measure; readonly theirs: Measure },
): Promise<{ readonly ours: Figures; readonly theirs: Figures }> {
  const taken: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] };
  await ours();
  await theirs();
  for (let round = 0; round < rounds; round += 1) {
    taken.ours.push(await ours());
    taken.theirs.push(await theirs());
  }
  return { ours: figuresOf(taken.ours), theirs: figuresOf(taken.theirs) };
}

/** Milliseconds that `action` takes. */
export async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

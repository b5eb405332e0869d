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

/**
 * As `inTurn`, but several measurements of one side after the other, for what takes so little time that it is disturbed by
 * what the other side has left to do: the first of each block does not count.
 */
export async function inBlocks(
  { blocks, size }: { readonly blocks: number; readonly size: number },
  { ours, theirs }: { readonly ours: Measure; readonly theirs: Measure },
): Promise<{ readonly ours: Figures; readonly theirs: Figures }> {
  const blockOf = async (measure: Measure): Promise<readonly number[]> => {
    const taken: number[] = [];
    await measure();
    for (let i = 0; i < size; i += 1) taken.push(await measure());
    return taken;
  };
  const taken: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] };
  for (let block = 0; block < blocks; block += 1) {
    taken.ours.push(...(await blockOf(ours)));
    taken.theirs.push(...(await blockOf(theirs)));
  }
  return { ours: figuresOf(taken.ours), theirs: figuresOf(taken.theirs) };
}

/** Milliseconds that `action` takes. */
export async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

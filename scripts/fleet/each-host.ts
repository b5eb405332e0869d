/**
 * Runs `work` for every item, at most `parallel` at a time and in their order. `work` does not throw: what happens to
 * one is not the others' concern. Once the signal is aborted no more are begun; theirs is `notBegun`.
 *
 * The one place that decides who comes when: canaries and waves are calls of this, one after the other.
 */
export async function eachHost<Item, Result>(
  items: readonly Item[],
  options: {
    readonly parallel: number;
    readonly signal: AbortSignal;
    readonly work: (item: Item, index: number) => Promise<Result>;
    readonly notBegun: (item: Item) => Result;
  },
): Promise<readonly Result[]> {
  const { parallel, signal, work, notBegun } = options;
  const results = new Map<Item, Result>();
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      results.set(item, signal.aborted ? notBegun(item) : await work(item, index));
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  return items.map((item) => results.get(item) ?? notBegun(item));
}

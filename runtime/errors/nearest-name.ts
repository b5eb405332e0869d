/**
 * The name that was probably meant: one that contains what was typed (`overlay` for `fs.overlay`), else the nearest
 * by edit distance when at most a third of the letters differ. `undefined` when nothing is near.
 */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  if (typed.length > 1) {
    const containing = names.find((name) => name.includes(typed.toLowerCase()));
    if (containing !== undefined) return containing;
  }
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(typed.toLowerCase(), name);
    if (distance < (best?.distance ?? Infinity)) best = { name, distance };
  }
  return best !== undefined && best.distance <= Math.ceil(best.name.length / 3)
    ? best.name
    : undefined;
}

/** Letters to insert, remove, replace or swap with their neighbour to turn `from` into `to`. */
function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(last, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const swaps = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = swaps ? at(beforeLast, column - 2) + 1 : Infinity;
      current.push(Math.min(at(last, column) + 1, at(current, column - 1) + 1, replaced, swapped));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? Infinity;
}

/** Order of two texts by their code units, as strcmp(3) has it. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Takes `epoch:` off a version; one without has the epoch 0. */
export function splitEpoch(version: string): { readonly epoch: number; readonly rest: string } {
  const match = /^([0-9]*):(.*)$/s.exec(version);
  return match === null
    ? { epoch: 0, rest: version }
    : { epoch: Number(match[1]), rest: match[2] ?? '' };
}

/** Order of two numbers of any length, written in decimal digits. */
export function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || compareText(left, right);
}

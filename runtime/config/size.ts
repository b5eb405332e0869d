const powers: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Reads a number of bytes as Docker does (`64m`, `1.5 GiB`): units are powers of 1024. `undefined` for what is none. */
export function parseSize(value: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(value);
  if (match === null) return undefined;
  const [, number = '', unit = ''] = match;
  return Math.floor(Number(number) * 1024 ** (powers[unit.toLowerCase()] ?? 0));
}

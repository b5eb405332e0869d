const exponents: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4, p: 5 };

/**
 * Reads a size as `docker run` takes it, such as `10m`, `1.5GB` or `20MiB`.
 *
 * @param base what `k` stands for: 1000 or 1024
 * @returns bytes; `undefined` for what is no size
 */
export function parseSize(text: string, base: 1000 | 1024): number | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+) ?(?:([kmgtp]?)b?|([kmgtp])ib)$/i.exec(text);
  if (match === null) return undefined;
  const unit = (match[2] ?? match[3] ?? '').toLowerCase();
  return Math.trunc(Number(match[1]) * base ** (exponents[unit] ?? 0));
}

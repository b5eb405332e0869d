import { parseNumber, type Parsed } from './go-values.ts';

const exponents: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4, p: 5 };

/**
 * Reads a size as `docker run` takes it, such as `10m`, `1.5GB` or `20MiB` (docker/go-units, `parseSize`).
 *
 * @param base what `k` stands for: 1000 or 1024
 * @returns bytes
 */
export function parseSize(text: string, base: 1000 | 1024): Parsed<number> {
  const at = /[\d. ](?=[^\d. ]*$)/.exec(text)?.index ?? -1;
  const whole = { problem: `invalid size: '${text}'` };
  if (at === -1) return whole;
  const number = parseNumber(text.slice(0, text[at] === ' ' ? at : at + 1));
  if ('problem' in number) return number;
  if (number.value < 0) return whole;
  const given = text.slice(at + 1);
  const suffix = given.length > 3 ? given : given.toLowerCase();
  const unit = /^(?:([kmgtp])(?:i?b)?|b)?$/.exec(suffix);
  if (unit === null) return { problem: `invalid suffix: '${suffix}'` };
  return { value: Math.trunc(number.value * base ** (exponents[unit[1] ?? ''] ?? 0)) };
}

/** The size of an option that has been looked at; `undefined` for none. */
export function sizeOf(text: string, base: 1000 | 1024): number | undefined {
  const size = parseSize(text, base);
  return 'value' in size ? size.value : undefined;
}

import { optionError } from './option-error.ts';

/** Nanoseconds of Go's units (time.ParseDuration). */
const units: Readonly<Record<string, number>> = {
  h: 3_600_000_000_000,
  m: 60_000_000_000,
  s: 1_000_000_000,
  ms: 1_000_000,
  us: 1000,
  µs: 1000,
  ns: 1,
};

const part = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)/gy;

/**
 * Nanoseconds of a time such as `1m30s` or `500ms`, as Docker reads them; `0` needs no unit.
 *
 * @throws OPTION_INVALID
 */
export function parseDuration(option: string, value: string): number {
  if (value === '0') return 0;
  const parts = [...value.matchAll(part)];
  if (parts.length === 0 || parts.map(([text]) => text).join('') !== value) {
    throw optionError(option, value, {
      wanted: 'a time with a unit of h, m, s or ms',
      example: '1m30s',
    });
  }
  const sum = parts.reduce(
    (ns, [, count, unit]) => ns + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  );
  return Math.round(sum);
}

const unitNanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/**
 * Nanoseconds of a time as Go writes it, `1m30s` or `1.5h` (time.ParseDuration); `undefined` for anything else. Negative
 * ones are none here.
 */
export function parseGoDuration(text: string): number | undefined {
  const trimmed = text.replace(/^\+/, '');
  if (trimmed === '0') return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(trimmed)) return undefined;
  let total = 0;
  for (const [, number = '', unit = ''] of trimmed.matchAll(/(\d+\.?\d*|\.\d+)([a-zµμ]+)/g)) {
    total += Math.round(Number(number) * (unitNanoseconds[unit] ?? 0));
  }
  return Number.isSafeInteger(total) ? total : undefined;
}

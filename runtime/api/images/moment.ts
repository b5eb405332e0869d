/** Milliseconds of the units of a Go duration (time.ParseDuration). */
const unitMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  μs: 0.001,
  ns: 0.000_001,
};

/** Go's layouts that Docker tries, as one: a date, and as much of a time as is given. */
const datePattern =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2})(\.\d{1,9})?)?)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * Reads a point in time as Docker's `until` filters have it: a Go duration before now (`24h`, `1h30m`), seconds since
 * 1970 with or without a fraction, or a date with or without a time (a zone that is not given is UTC).
 *
 * @param nowMs milliseconds since 1970
 * @returns Milliseconds since 1970; `undefined` when it is none of these
 */
export function parseMoment(text: string, nowMs: number): number | undefined {
  const durationMs = parseGoDuration(text);
  if (durationMs !== undefined) return nowMs - durationMs;
  if (/^-?\d{1,15}(?:\.\d{1,9})?$/.test(text)) return Number(text) * 1000;
  const match = datePattern.exec(text);
  if (match === null) return undefined;
  const [, date = '', hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const parsed = Date.parse(`${date}T${hour}:${minute}:${second}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function parseGoDuration(text: string): number | undefined {
  if (text === '0') return undefined;
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return undefined;
  const parts = [...(match[2] ?? '').matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)];
  const total = parts.reduce(
    (sum, [, number, unit = '']) => sum + Number(number) * (unitMs[unit] ?? 0),
    0,
  );
  return match[1] === '-' ? -total : total;
}

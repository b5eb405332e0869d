import { reportMessages as m } from '../../messages/areas/report.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/** The flags as commander parses them. */
export interface ReportFlags {
  readonly output?: string;
  readonly json?: true;
  /** False with `--no-logs`. */
  readonly logs: boolean;
  readonly since: string;
}

const unitMs: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
};

/** How long back logs go when nothing else is said. */
export const defaultSince = '24h';

/**
 * Reads a duration such as `90m`, `1h30m` or `7d`, in milliseconds.
 *
 * @throws BerthError USAGE
 */
export function parseDuration(value: string): number {
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)([wdhms])/g)];
  const ms = parts.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  );
  if (/^(?:\d+(?:\.\d+)?[wdhms])+$/.test(value) && Number.isSafeInteger(Math.round(ms))) return ms;
  throw new BerthError('USAGE', {
    message: m.sinceInvalid({ value }),
    remedy: m.sinceInvalidRemedy(),
    details: { since: value },
  });
}

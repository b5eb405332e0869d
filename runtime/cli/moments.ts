import { optionError } from './create/option-error.ts';

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const duration = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/;

/**
 * A moment for `--since` and `--until`, as the API wants it: seconds since 1970. Read are such seconds, a span
 * before now such as `1h30m`, and an ISO 8601 time, local unless it names a zone.
 *
 * @throws OPTION_INVALID
 */
export function parseMoment(option: string, value: string, nowMs: number): string {
  if (/^\d+(\.\d{1,9})?$/.test(value)) return value;
  if (duration.test(value)) {
    const parts = value.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g);
    const ms = [...parts].reduce(
      (sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0),
      0,
    );
    return String((nowMs - ms) / 1000);
  }
  // A date alone would be taken as UTC; everything else without a zone is local.
  const time = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00` : value);
  if (Number.isNaN(time)) {
    throw optionError(option, value, {
      wanted: 'a time, or a span before now',
      example: '2026-11-21T09:00:00Z',
    });
  }
  return String(time / 1000);
}

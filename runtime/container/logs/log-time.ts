/** A point in time as the log keeps it: seconds since 1970 and nanoseconds of the second. */
export interface LogTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A time as `docker logs --timestamps` shows it: RFC 3339 in UTC, always with nine digits. */
export function formatLogTime(time: LogTime): string {
  const second = new Date(time.seconds * 1000).toISOString().slice(0, 19);
  return `${second}.${String(time.nanoseconds).padStart(9, '0')}Z`;
}

/** Reads `seconds` or `seconds.fraction`, as Docker's clients send times; `undefined` when it is neither. */
export function parseLogTime(text: string): LogTime | undefined {
  const match = /^(-?\d{1,15})(?:\.(\d{1,9})\d*)?$/.exec(text);
  if (match === null) return undefined;
  return { seconds: Number(match[1]), nanoseconds: Number((match[2] ?? '').padEnd(9, '0')) };
}

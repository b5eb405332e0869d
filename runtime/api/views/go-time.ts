/** What Go's JSON has for a time that never was. */
const zeroTime = '0001-01-01T00:00:00Z';

/** A time in milliseconds since 1970 as Docker's JSON has it (RFC 3339); 0 is never. */
export function goTime(ms: number): string {
  return ms === 0 ? zeroTime : new Date(ms).toISOString();
}

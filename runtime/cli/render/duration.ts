const secondsOf = {
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  year: 31_536_000,
};

/** A span of time in the words of Docker's tables, such as `About an hour` or `3 weeks`. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / secondsOf.minute);
  const hours = Math.round(seconds / secondsOf.hour);
  const { day, week, month, year } = secondsOf;
  const whole = (unit: number): number => Math.floor((hours * secondsOf.hour) / unit);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${whole(day)} days`;
  if (hours < 24 * 30 * 2) return `${whole(week)} weeks`;
  if (hours < 24 * 365 * 2) return `${whole(month)} months`;
  return `${whole(year)} years`;
}

/** How long ago a time in seconds since 1970 was, such as `2 minutes ago`; `N/A` for none. */
export function humanSince(seconds: number, nowMs: number): string {
  return seconds <= 0 ? 'N/A' : `${humanDuration(Math.max(0, nowMs - seconds * 1000))} ago`;
}

/** A time in the form of Docker's `CreatedAt`, in UTC: `2026-11-21 09:46:48 +0000 UTC`. */
export function createdAt(seconds: number): string {
  const [date = '', time = ''] = new Date(seconds * 1000).toISOString().split('T');
  return `${date} ${time.slice(0, 8)} +0000 UTC`;
}

/** A time span in words, as `docker ps` shows it: `About a minute`, `3 hours`. */
export function humanDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(seconds / 3600);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  const wholeHours = Math.floor(seconds / 3600);
  if (wholeHours < 24 * 7 * 2) return `${Math.floor(wholeHours / 24)} days`;
  if (wholeHours < 24 * 30 * 2) return `${Math.floor(wholeHours / 24 / 7)} weeks`;
  if (wholeHours < 24 * 365 * 2) return `${Math.floor(wholeHours / 24 / 30)} months`;
  return `${Math.floor(wholeHours / 24 / 365)} years`;
}

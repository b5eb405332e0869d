const units = [
  ['ms', 1e6],
  ['µs', 1e3],
  ['ns', 1],
] as const;

/** A time as Go prints it, which Docker's messages have: `1m30s`, `1.5s`, `200ms`. @param ms milliseconds */
export function goDuration(ms: number): string {
  const ns = Math.round(ms * 1e6);
  if (ns === 0) return '0s';
  if (ns < 1e9) {
    const [name, size] = units.find(([, each]) => ns >= each) ?? units[2];
    return `${ns / size}${name}`;
  }
  const minutes = Math.floor(ns / 60e9);
  const seconds = (ns - minutes * 60e9) / 1e9;
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds}s`;
  return hours === 0 ? `${minutes}m${seconds}s` : `${hours}h${minutes % 60}m${seconds}s`;
}

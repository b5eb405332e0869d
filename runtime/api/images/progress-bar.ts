/** How far something is, in bytes. */
export interface ByteProgress {
  readonly current: number;
  /** Not there when nobody knows. */
  readonly total?: number;
}

const barWidth = 50;
const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A size with four digits that count, in powers of a thousand: `2.811MB`. */
function humanSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${Number(size.toPrecision(4))}${units[unit] ?? ''}`;
}

/**
 * Progress as a line of text, bit for bit as dockerd draws it: clients that do not draw themselves show this
 * (`progress` beside `progressDetail`). Empty when there is nothing yet.
 */
export function progressBar({ current, total = 0 }: ByteProgress): string {
  if (current <= 0 && total <= 0) return '';
  const done = humanSize(current).padStart(8);
  if (total <= 0) return done;
  const filled = Math.min(barWidth, Math.trunc(Math.trunc((current / total) * 100) / 2));
  const bar = `[${'='.repeat(filled)}>${' '.repeat(barWidth - filled)}] `;
  return bar + (current > total ? done : `${done}/${humanSize(total)}`);
}

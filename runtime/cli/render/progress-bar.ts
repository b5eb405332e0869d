import { humanSize } from './size.ts';
import type { PartState } from './progress-message.ts';
import { ellipsis } from './text.ts';

const widestBar = 50;
/** A shorter bar tells no more than the numbers do. */
const shortestBar = 10;

/** `[====>    ]`, `width` characters between its brackets. */
function bar(share: number, width: number): string {
  const done = Math.min(width, Math.floor(share * width));
  const filled = done === width ? '='.repeat(width) : `${'='.repeat(done)}>`;
  return `[${filled.padEnd(width)}]`;
}

/** The state of a part in words. */
export function partText(id: string, { status }: PartState): string {
  return `${id}: ${status}`;
}

/**
 * A part's line for a terminal: `id: Downloading [==>   ]  1.2MB/3MB  4MB/s`. What does not fit into `columns` is
 * left out, the bar first, so that no line takes two rows.
 */
export function partLine(
  id: string,
  state: PartState,
  { columns, bytesPerSecond }: { readonly columns: number; readonly bytesPerSecond: number },
): string {
  const text = partText(id, state);
  const { currentBytes, totalBytes } = state;
  // The last column stays empty: some terminals wrap when it is written.
  const room = Math.max(1, columns - 1);
  if (currentBytes <= 0) return ellipsis(text, room);
  const total = totalBytes > 0 ? `/${humanSize(totalBytes)}` : '';
  const numbers = `${humanSize(currentBytes)}${total}`;
  const rate = bytesPerSecond > 0 ? `  ${humanSize(bytesPerSecond)}/s` : '';
  const width = Math.min(widestBar, room - `${text} []  ${numbers}${rate}`.length);
  if (totalBytes > 0 && width >= shortestBar) {
    return `${text} ${bar(currentBytes / totalBytes, width)}  ${numbers}${rate}`;
  }
  const withRate = `${text} ${numbers}${rate}`;
  return ellipsis(withRate.length <= room ? withRate : `${text} ${numbers}`, room);
}

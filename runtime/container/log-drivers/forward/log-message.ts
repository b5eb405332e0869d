import { copyText, endsLine, findLine, lineParts, timeBytes, timeOf } from '../../logs/log-line.ts';
import type { OutputStream } from '../../logs/log-line.ts';

/** A line of output, or a piece of one, on its way to where a log driver sends it. */
export interface LogMessage {
  readonly stream: OutputStream;
  /** Without its newline. */
  readonly text: Buffer;
  /** RFC 3339, with nanoseconds. */
  readonly time: string;
  /** Whether the line goes on in another message. */
  readonly isPartial: boolean;
  /** Offset behind it, in its block. */
  readonly end: number;
}

/** The messages of a block of whole lines. */
export function messagesOf(block: Buffer): readonly LogMessage[] {
  const messages: LogMessage[] = [];
  const parts = lineParts();
  for (let at = 0; at < block.length; at = parts.end) {
    findLine(block, at, parts);
    const time = timeOf(block, parts);
    if (parts.text === parts.textEnd || time === undefined) continue;
    const isPartial = !endsLine(block, parts);
    const text = Buffer.allocUnsafe(parts.textEnd - parts.text + 1);
    const length = copyText(block, parts, text, 0);
    messages.push({
      stream: parts.stream,
      text: text.subarray(0, isPartial ? length : length - 1),
      time: block.toString('latin1', time, time + timeBytes),
      isPartial,
      end: parts.end,
    });
  }
  return messages;
}

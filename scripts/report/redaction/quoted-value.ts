/** A part of a text. */
export interface TextPart {
  readonly from: number;
  readonly to: number;
}

/** The quote that a value begins with, and the backslashes before it where it stands in a text that is quoted itself. */
export function quoteAt(text: string, start: number): string | undefined {
  return /^\\*["'`]/.exec(text.slice(start, start + 16))?.[0];
}

/**
 * Up to the quote that ends a value, or to the end of the line; a quote that is escaped is part of the value.
 *
 * @param from Where the value begins, behind its quote.
 * @param quote As {@link quoteAt} gives it.
 */
export function quotedPart(text: string, from: number, quote: string): TextPart {
  const lineEnd = endOfLine(text, from);
  const depth = quote.length - 1;
  const mark = quote.slice(-1);
  for (
    let at = text.indexOf(mark, from);
    at >= 0 && at < lineEnd;
    at = text.indexOf(mark, at + 1)
  ) {
    const backslashes = /\\*$/.exec(text.slice(Math.max(from, at - 64), at))?.[0].length ?? 0;
    if (backslashes < depth) continue;
    // What is escaped in JSON within JSON has each of its backslashes doubled, and those of the quotes around it too.
    if (Math.floor((backslashes - depth) / (depth + 1)) % 2 === 0) return { from, to: at - depth };
  }
  return { from, to: lineEnd };
}

/** The line's end, or the text's. */
export function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}

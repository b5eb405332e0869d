/**
 * Breaks a text into lines of at most `width` columns at its blanks; a longer word stays whole, so that it can be
 * copied. Control characters, which a host's file could smuggle onto the terminal, become question marks.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replaceAll(/\p{Cc}/gu, '?').split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

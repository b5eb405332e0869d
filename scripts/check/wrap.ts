import { textWidth } from '../ui/text-width.ts';

/**
 * Breaks a text into lines of at most `width` columns: at its blanks, and between Chinese characters, which take two
 * columns each. A longer word stays whole, so that it can be copied. Control characters, which a host's file could
 * smuggle onto the terminal, become question marks.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text.replaceAll(/\p{Cc}/gu, '?'))) {
    const fits = textWidth(line + piece.trimEnd()) <= width;
    if (fits || line === '') {
      line += piece;
    } else {
      lines.push(line.trimEnd());
      line = piece;
    }
  }
  return [...lines, line.trimEnd()];
}

/** Marks that end a phrase stay with what is before them, those that begin one with what follows (GB/T 15834). */
const ending = '，。；：、！？）》」”';
const beginning = '（《「“';

/** The smallest parts that stay together: a word with the blank behind it, a Chinese character with its marks. */
function piecesOf(text: string): readonly string[] {
  const han = `[${beginning}]*\\p{Script=Han}[${ending}]*`;
  const word = `(?:(?!\\p{Script=Han}|[${beginning}])\\S)+ *`;
  return (
    text.match(new RegExp(`${han} *|[${beginning}]*${word}|[${beginning}]+ *| +`, 'gu')) ?? ['']
  );
}

/** One instruction of a Dockerfile, before its own grammar is applied. */
export interface InstructionLine {
  /** As it was written: `Env`. */
  readonly instruction: string;
  /** Builder flags in front of the arguments, such as `--interval=5s`, without their quotes. */
  readonly flags: readonly string[];
  /** All that follows, trimmed. */
  readonly rest: string;
  /** The whole line, for ONBUILD. */
  readonly original: string;
}

const escape = '\\';

/**
 * Splits the text of a Dockerfile into instructions (Dockerfile reference, "Format"): comments and empty lines go, a line
 * that ends with a backslash goes on in the next.
 */
export function splitInstructions(text: string): readonly InstructionLine[] {
  const lines: string[] = [];
  let open = '';
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (/^\s*#/.test(line) || (open !== '' && line.trim() === '')) continue;
    // A backslash that is itself escaped does not continue the line.
    const continued = /(^|[^\\])\\[ \t]*$/.test(line);
    open += continued ? line.replace(/\\[ \t]*$/, '') : line;
    if (continued) continue;
    lines.push(open);
    open = '';
  }
  lines.push(open);
  return lines
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(splitLine);
}

/** Splits one line into the instruction, its flags and the rest. */
export function splitLine(line: string): InstructionLine {
  const match = /^(\S+)\s*([\s\S]*)$/.exec(line.trim());
  const [, instruction = '', tail = ''] = match ?? [];
  const flags: string[] = [];
  let rest = tail;
  while (rest.startsWith('--')) {
    const { word, length } = readFlag(rest);
    rest = rest.slice(length).trimStart();
    if (word === '--') break;
    flags.push(word);
  }
  return { instruction, flags, rest: rest.trim(), original: line };
}

/** Reads a word, taking its quotes and backslashes away. */
function readFlag(text: string): { readonly word: string; readonly length: number } {
  let word = '';
  let quote = '';
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character === escape) {
      i += 1;
      word += text.charAt(i);
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") quote = character;
    else if (/\s/.test(character)) return { word, length: i };
    else word += character;
  }
  return { word, length: text.length };
}

/** Splits at blanks outside of quotes; quotes and backslashes stay, for the expansion of variables. */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word = (word ?? '') + character;
    if (character === escape && quote !== "'") {
      i += 1;
      word += text.charAt(i);
    } else if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Arguments in JSON form, `["a", "b"]`; `undefined` for text in any other form. */
export function jsonArguments(rest: string): readonly unknown[] | undefined {
  if (!rest.startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(rest);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

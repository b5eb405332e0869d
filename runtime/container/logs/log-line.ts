/**
 * A line of a container's log, as `runtime/launch/monitor/log-lines.ts` writes it and Docker's json-file driver does:
 * `{"log":"text\n","stream":"stdout","attrs":{...},"time":"2026-01-31T12:00:00.000000001Z"}`, and a newline.
 */

/** Standard output or standard error; with a terminal everything is standard output. */
export type OutputStream = 'stdout' | 'stderr';

const prefix = Buffer.from('{"log":"');
const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;
/** Behind the text: `","stream":"std`. */
const streamAt = 15;
/** Behind the text there are at least so many bytes before the newline. */
const shortestSuffix = '","stream":"stdout","time":"2026-01-31T12:00:00.000000001Z"}'.length;
/** Before the newline: `"time":"` and the time. */
const timeMark = Buffer.from('"time":"');
/** Bytes of a time. */
export const timeBytes = '2026-01-31T12:00:00.000000001Z'.length;

/** Where the parts of a line are in its block. It is filled anew for each line. */
export interface LineParts {
  /** The text, escaped. */
  text: number;
  textEnd: number;
  /** First byte of the next line. */
  end: number;
  stream: OutputStream;
}

/** Parts for `findLine`. */
export function lineParts(): LineParts {
  return { text: 0, textEnd: 0, end: 0, stream: 'stdout' };
}

/**
 * Finds the parts of the line that begins at `at`. A line that is none, as a power cut may leave one, has a text of no
 * bytes: what it was is not known.
 * @param block whole lines
 */
export function findLine(block: Buffer, at: number, parts: LineParts): void {
  for (let index = 0; index < prefix.length; index += 1) {
    if (block[at + index] !== prefix[index]) {
      passOver(block, at, parts);
      return;
    }
  }
  let end = at + prefix.length;
  for (let byte = block[end]; byte !== quote; byte = block[end]) {
    if (byte === newline || byte === undefined) {
      passOver(block, at, parts);
      return;
    }
    end += byte === backslash ? 2 : 1;
  }
  parts.text = at + prefix.length;
  endLine(block, parts, end);
}

function passOver(block: Buffer, at: number, parts: LineParts): void {
  const end = block.indexOf(newline, at);
  parts.text = at;
  parts.textEnd = at;
  parts.end = end === -1 ? block.length : end + 1;
}

/** Where the time of a line is; `undefined` when it has none. */
export function timeOf(block: Buffer, { end }: LineParts): number | undefined {
  // Before the newline: a quote and a brace.
  const at = end - 3 - timeBytes;
  const mark = at - timeMark.length;
  if (mark < 0 || timeMark.compare(block, mark, at) !== 0) return undefined;
  return at;
}

/** JSON of the attributes of a line; `undefined` when it has none. */
export function attributesOf(block: Buffer, { textEnd, end }: LineParts): string | undefined {
  const rest = block.toString('utf8', textEnd + streamAt, end);
  const found = /^(?:out|err)","attrs":(\{.*\}),"time":"/.exec(rest);
  return found?.[1];
}

/** Whether the text that ends here ends a line of output: `\n`, whose backslash is not one that stands for itself. */
export function endsLine(block: Buffer, { text, textEnd }: LineParts): boolean {
  if (textEnd - text < 2 || block[textEnd - 1] !== 0x6e) return false;
  let backslashes = 0;
  while (textEnd - 2 - backslashes >= text && block[textEnd - 2 - backslashes] === backslash) {
    backslashes += 1;
  }
  return backslashes % 2 === 1;
}

/**
 * Writes the text of a line, unescaped, to `out`.
 * @returns where it ends there; it is never longer than what it was read from
 */
export function copyText(block: Buffer, parts: LineParts, out: Buffer, to: number): number {
  const { textEnd } = parts;
  let place = to;
  let at = parts.text;
  while (at < textEnd) {
    const byte = block[at] ?? 0;
    if (byte !== backslash) {
      out[place] = byte;
      place += 1;
      at += 1;
      continue;
    }
    const isNumber = block[at + 1] === escapeOfNumber;
    place += isNumber ? copyNumber(block, at, out, place) : copyEscape(block, at, out, place);
    at += isNumber ? numberBytes : 2;
  }
  return place;
}

/** As `findLine` and `copyText`, but it looks at each byte once. */
export function copyLine(
  block: Buffer,
  parts: LineParts,
  out: Buffer,
  { at, to }: { readonly at: number; readonly to: number },
): number {
  let place = to;
  let from = at + prefix.length;
  if (block[at] !== prefix[0] || block[from - 1] !== quote) {
    passOver(block, at, parts);
    return to;
  }
  for (;;) {
    const byte = block[from] ?? newline;
    if (byte !== backslash && byte > quote) {
      out[place] = byte;
      place += 1;
      from += 1;
    } else if (byte === backslash) {
      const isNumber = block[from + 1] === escapeOfNumber;
      place += isNumber ? copyNumber(block, from, out, place) : copyEscape(block, from, out, place);
      from += isNumber ? numberBytes : 2;
    } else if (byte === quote) {
      break;
    } else if (byte === newline) {
      passOver(block, at, parts);
      return to;
    } else {
      out[place] = byte;
      place += 1;
      from += 1;
    }
  }
  endLine(block, parts, from);
  parts.text = at + prefix.length;
  return place;
}

/** What is behind the text of a line. */
function endLine(block: Buffer, parts: LineParts, textEnd: number): void {
  parts.textEnd = textEnd;
  parts.stream = block[textEnd + streamAt] === 0x6f ? 'stdout' : 'stderr';
  // No newline can come sooner: as text of JSON it is escaped.
  let end = textEnd + shortestSuffix;
  while (end < block.length && block[end] !== newline) end += 1;
  parts.end = end + 1;
}

/** `\u` and four digits. */
const escapeOfNumber = 0x75;
const numberBytes = 6;

/** Without a text for each: output that is no text has one of these in every byte, and others wait meanwhile. */
function copyNumber(block: Buffer, at: number, out: Buffer, to: number): number {
  let code = 0;
  for (let digit = at + 2; digit < at + numberBytes; digit += 1) {
    code = code * 16 + hexDigit(block[digit] ?? 0);
  }
  if (code >= 0x80) return out.write(String.fromCharCode(code), to);
  out[to] = code;
  return 1;
}

/** In ASCII the last four bits of `A` and `a` are 1, and they have a bit that `0` to `9` have not. */
function hexDigit(byte: number): number {
  return (byte & 0xf) + (byte >= 0x40 ? 9 : 0);
}

const short: Readonly<Record<number, number>> = {
  0x6e: 0x0a,
  0x72: 0x0d,
  0x74: 0x09,
  0x62: 0x08,
  0x66: 0x0c,
};

function copyEscape(block: Buffer, at: number, out: Buffer, to: number): number {
  const kind = block[at + 1] ?? 0;
  out[to] = kind === 0x6e ? newline : (short[kind] ?? kind);
  return 1;
}

import { gunzipSync } from 'node:zlib';

/** A way to write text that hides it from a plain search. */
interface Encoding {
  readonly name: string;
  /** Runs of text that may be so encoded; they begin with something encoded, so that looking for them is fast. */
  readonly pattern: RegExp;
  /** Characters that may stand before a run and belong to it; none when absent. */
  readonly before?: RegExp;
  /** What a run says if it is so encoded; else whatever comes of it. */
  readonly decode: (run: string) => string;
}

/** Most bytes that a compressed run may unfold to. */
const mostBytes = 1_048_576;

function textOfBytes(bytes: Buffer): string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes, finishFlush: 2 }).toString('utf8');
  } catch {
    // It only began like gzip.
    return bytes.toString('utf8');
  }
}

/** Encodings that are looked through, the ones that are seen in logs and configurations. A new one is one entry. */
export const encodings: readonly Encoding[] = [
  {
    // RFC 4648, both alphabets, also broken into lines.
    name: 'base64',
    pattern: /[A-Za-z0-9+/_-]{12,}(?:\s{0,3}\n\s{0,8}[A-Za-z0-9+/_-]{4,})*={0,2}/g,
    decode: (run) => textOfBytes(Buffer.from(run.replaceAll(/\s/g, ''), 'base64')),
  },
  {
    name: 'hex',
    pattern: /(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[: ]?){8,}/g,
    decode: (run) => textOfBytes(Buffer.from(run.replaceAll(/[: ]/g, ''), 'hex')),
  },
  {
    // RFC 3986, section 2.1.
    name: 'percent',
    pattern: /(?:%[0-9A-Fa-f]{2}[\w.~!*'()+-]{0,4096})+/g,
    before: /[\w.~!*'()+-]/,
    decode: (run) =>
      Buffer.from(
        run.replaceAll(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        ),
        'latin1',
      ).toString('utf8'),
  },
  {
    // JSON, JavaScript, C and the shell's $'...'.
    name: 'escapes',
    pattern: /(?:\\{1,8}(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-3][0-7]{2})[^\s\\"']{0,4096})+/g,
    before: /[^\s\\"']/,
    decode: (run) =>
      run.replaceAll(
        /\\{1,8}(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2}))/g,
        (_all, long?: string, short?: string, octal?: string) =>
          String.fromCharCode(Number.parseInt(long ?? short ?? octal ?? '', octal ? 8 : 16)),
      ),
  },
  {
    // HTML, section 13.5.
    name: 'entities',
    pattern: /(?:&#(?:\d{1,7}|x[0-9A-Fa-f]{1,6});[^\s&;<>"']{0,4096})+/gi,
    before: /[^\s&;<>"']/,
    decode: (run) =>
      run.replaceAll(/&#(?:x([0-9A-Fa-f]+)|(\d+));/gi, (_all, hex?: string, decimal?: string) => {
        const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        return point <= 0x10_ffff ? String.fromCodePoint(point) : '';
      }),
  },
];

/** Most characters before a run that may belong to it. */
const mostBefore = 256;

/** Where an encoded run begins, with what stands before it and belongs to it. */
export function beginningOf(
  run: { readonly index: number },
  text: string,
  before?: RegExp,
): number {
  let from = run.index;
  const first = Math.max(0, from - mostBefore);
  while (before !== undefined && from > first && before.test(text[from - 1] ?? ' ')) from -= 1;
  return from;
}

import { isEmptyValue, isReference, looksSecret } from './plain-values.ts';
import { quoteAt, quotedPart, type TextPart } from './quoted-value.ts';
import { secrecyOf } from './secret-name.ts';
import { isPlaceholder } from './span.ts';
import type { SecretRule, SecretSpan } from './span.ts';

/** A name and what sets it: `NAME=`, `name: `, `"name":`, `\"name\":`, `<name>`. Starts at the start of a word only. */
const nameAndSeparator =
  /(?<![A-Za-z0-9_.])(?<name>[A-Za-z_][\w.-]{0,120})(?<separator>\\*["']?[ \t]{0,8}(?:=>|:=|[=:])[ \t]{0,8}|>)/g;

/** `Name=` at the start of a line, as `env` and unit files write it: the value goes to the end of the line. */
const lineStart = /^[ \t]*(?:(?:-[ \t]+)?(?:export[ \t]+|Environment=|-e[ \t]+)?)$/;

/** Characters of a value that are looked at to tell what it is. */
const longestLook = 4096;

/**
 * Names that hold a secret (secret-name.ts), and the value that they are set to: environment variables, JSON, YAML,
 * INI files, query strings, `--password=x`, XML elements.
 */
export const assignmentRule: SecretRule = {
  name: 'secret-name',
  *find(text): Generator<SecretSpan> {
    let covered = 0;
    for (const match of text.matchAll(nameAndSeparator)) {
      if (match.index < covered) continue;
      const { name = '', separator = '' } = match.groups ?? {};
      const secrecy = secrecyOf(name);
      if (secrecy === 'none') continue;
      const start = match.index + match[0].length;
      const value = valueAt(text, { start, nameAt: match.index, separator });
      const secret = text.slice(value.from, Math.min(value.to, value.from + longestLook));
      if (isEmptyValue(secret.trim()) || isPlaceholder(secret)) continue;
      if (secrecy !== 'certain' && isReference(secret.trim())) continue;
      // `invalid token: unexpected end` is a sentence.
      const mayBeNone =
        secrecy === 'ambiguous' || (secrecy === 'likely' && separator.startsWith(':'));
      if (mayBeNone && !looksSecret(secret)) continue;
      covered = value.to;
      yield {
        from: match.index,
        to: value.to,
        secretFrom: value.from,
        secretTo: value.to,
        rule: 'secret-name',
        learn: value.isList
          ? text.slice(value.from, value.to).split(/[\s,"'\\]+/)
          : [text.slice(value.from, value.to)],
      };
    }
  },
};

interface ValuePlace {
  /** Where the value, or its quote, begins. */
  readonly start: number;
  readonly nameAt: number;
  readonly separator: string;
}

interface FoundValue extends TextPart {
  readonly isList?: true;
}

function valueAt(text: string, place: ValuePlace): FoundValue {
  const { start, separator } = place;
  if (separator === '>') return upTo(text, start, /<|\n/g);
  // A list of texts, as JSON writes it: whole.
  const list = /^\[\s{0,8}(?=\\*["'])[^\][]*(?=\])/.exec(text.slice(start, start + longestLook));
  if (list !== null) return { from: start + 1, to: start + list[0].length, isList: true };
  const quote = quoteAt(text, start);
  if (quote !== undefined) return quotedPart(text, start + quote.length, quote);
  if (!separator.includes('"') && !separator.includes("'")) {
    const before = text.slice(Math.max(0, place.nameAt - 200), place.nameAt);
    const line = before.slice(before.lastIndexOf('\n') + 1);
    const element = /[[,]\s{0,8}(?<quote>\\*")$/.exec(line)?.groups?.['quote'];
    // An element of a list of variables: to its end, over escaped line ends and blanks.
    if (element !== undefined) return quotedPart(text, start, element);
    if (lineStart.test(line)) return upTo(text, start, /\r?\n/g);
  }
  return upTo(text, start, separator.includes('=') ? /[\s"'&;<>\\]/g : /[\s"',;<>)\]}\\]/g);
}

function upTo(text: string, from: number, end: RegExp): TextPart {
  // Near by first: a text of nothing but names without values would be walked to its end from each of them.
  const near = text.slice(from, from + longestLook).search(end);
  if (near >= 0) return { from, to: from + near };
  if (!looksSecret(text.slice(from, from + longestLook))) {
    return { from, to: Math.min(text.length, from + longestLook) };
  }
  end.lastIndex = from;
  const found = end.exec(text);
  return { from, to: found === null ? text.length : found.index };
}

import type { DBusNumberType, DBusValue } from '../../host/dbus/dbus-value.ts';
import { signatureOf } from '../../host/dbus/dbus-value.ts';

/** Words before a number that name its type: "GVariant Text Format" of GLib 2.74. */
const typeWords: Readonly<Record<string, string>> = {
  ...{ boolean: 'b', byte: 'y', int16: 'n', uint16: 'q', int32: 'i', uint32: 'u', int64: 'x' },
  ...{ uint64: 't', double: 'd', string: 's', objectpath: 'o', signature: 'g' },
};

/** Smallest and largest number of a type. */
const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  y: [0n, 0xffn],
  n: [-0x8000n, 0x7fffn],
  q: [0n, 0xffffn],
  i: [-0x8000_0000n, 0x7fff_ffffn],
  u: [0n, 0xffff_ffffn],
  x: [-(2n ** 63n), 2n ** 63n - 1n],
  t: [0n, 2n ** 64n - 1n],
};

/**
 * Reads a value in the text format of GVariant, which runc takes for annotations `org.systemd.property.*`: `true`, `'text'`,
 * `uint64 5`, `['a', 'b']`, `@as []`. A number without a type is an int32. No tuples and dictionaries: no property of a scope
 * that can be set is one.
 *
 * @returns `undefined` for a text that is none.
 */
export function parseGVariant(text: string): DBusValue | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  const reader = new Reader(tokens);
  const value = reader.value(undefined);
  return reader.isAtEnd ? value : undefined;
}

/** Strings, words and numbers, and single characters between them. */
const token = /\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|@[a-z]+|[\w.+-]+|[[\],])/gsy;

function tokensOf(text: string): readonly string[] | undefined {
  const trimmed = text.trimEnd();
  const found = [...trimmed.matchAll(token)];
  const length = found.reduce((sum, [whole]) => sum + whole.length, 0);
  return length === trimmed.length ? found.map(([, word = '']) => word) : undefined;
}

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** @param type that the value has to have, as a signature. */
  value(type: string | undefined): DBusValue | undefined {
    const word = this.#tokens[this.#at] ?? '';
    this.#at += 1;
    const named = word.startsWith('@') ? word.slice(1) : typeWords[word];
    if (named !== undefined) {
      return type === undefined || type === named ? this.value(named) : undefined;
    }
    if (word === '[') return this.#array(type);
    if (word === 'true' || word === 'false') {
      return (type ?? 'b') === 'b' ? { type: 'b', value: word === 'true' } : undefined;
    }
    return /^['"]/.test(word) ? textValue(word, type ?? 's') : numberValue(word, type);
  }

  #array(type: string | undefined): DBusValue | undefined {
    if (type !== undefined && !type.startsWith('a')) return undefined;
    let of = type?.slice(1);
    const items: DBusValue[] = [];
    while (this.#tokens[this.#at] !== ']') {
      const item = this.value(of);
      if (item === undefined) return undefined;
      of ??= signatureOf(item);
      items.push(item);
      if (this.#tokens[this.#at] === ',') this.#at += 1;
      else if (this.#tokens[this.#at] !== ']') return undefined;
    }
    this.#at += 1;
    // What is empty has a type only when it is named.
    return of === undefined ? undefined : { type: 'a', of, items };
  }
}

function textValue(word: string, type: string): DBusValue | undefined {
  if (type !== 's' && type !== 'o' && type !== 'g') return undefined;
  const value = word.slice(1, -1).replace(/\\(.)/gs, (_, letter: string) => escaped(letter));
  return { type, value };
}

function escaped(letter: string): string {
  if (letter === 'n') return '\n';
  return letter === 't' ? '\t' : letter;
}

function numberValue(word: string, type: string | undefined): DBusValue | undefined {
  if (/^[+-]?\d+$/.test(word) && type !== 'd') {
    const wanted = type ?? 'i';
    const number = BigInt(word.replace(/^\+/, ''));
    const [least, most] = ranges[wanted] ?? [1n, 0n];
    if (number < least || number > most) return undefined;
    if (wanted === 'x' || wanted === 't') return { type: wanted, value: number };
    return { type: wanted as DBusNumberType, value: Number(number) };
  }
  const isReal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(word);
  return isReal && (type ?? 'd') === 'd' ? { type: 'd', value: Number(word) } : undefined;
}

/**
 * A value of D-Bus with its type, named by its letter: "Type System" of the D-Bus specification 0.43,
 * https://dbus.freedesktop.org/doc/dbus-specification.html
 */
export type DBusValue =
  | { readonly type: 'b'; readonly value: boolean }
  | { readonly type: DBusNumberType; readonly value: number }
  | { readonly type: 'x' | 't'; readonly value: bigint }
  | { readonly type: DBusTextType; readonly value: string }
  | { readonly type: 'v'; readonly value: DBusValue }
  | { readonly type: 'a'; readonly of: string; readonly items: readonly DBusValue[] }
  | { readonly type: 'r'; readonly fields: readonly DBusValue[] };

/** byte, int16, uint16, int32, uint32, double. */
export type DBusNumberType = 'y' | 'n' | 'q' | 'i' | 'u' | 'd';

/** string, object path, signature. */
export type DBusTextType = 's' | 'o' | 'g';

/** The signature of a value: `s`, `au`, `a(sv)`. */
export function signatureOf(value: DBusValue): string {
  if (value.type === 'a') return `a${value.of}`;
  if (value.type === 'r') return `(${value.fields.map(signatureOf).join('')})`;
  return value.type;
}

/** The complete types of a signature, one after the other: `sa(sv)u` is `s`, `a(sv)` and `u`. */
export function typesOf(signature: string): readonly string[] {
  const types: string[] = [];
  for (let from = 0; from < signature.length;) {
    const end = endOfType(signature, from);
    types.push(signature.slice(from, end));
    from = end;
  }
  return types;
}

function endOfType(signature: string, from: number): number {
  if (signature[from] === 'a') return endOfType(signature, from + 1);
  if (signature[from] !== '(' && signature[from] !== '{') return from + 1;
  let depth = 0;
  for (let at = from; at < signature.length; at += 1) {
    const letter = signature[at] ?? '';
    if ('({'.includes(letter)) depth += 1;
    else if (')}'.includes(letter)) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return signature.length;
}

/** Values by what they hold. */
export const dbus = {
  boolean: (value: boolean): DBusValue => ({ type: 'b', value }),
  uint32: (value: number): DBusValue => ({ type: 'u', value }),
  uint64: (value: bigint): DBusValue => ({ type: 't', value }),
  string: (value: string): DBusValue => ({ type: 's', value }),
  variant: (value: DBusValue): DBusValue => ({ type: 'v', value }),
  struct: (...fields: readonly DBusValue[]): DBusValue => ({ type: 'r', fields }),
  /** @param of signature of the items, which an empty array has as well. */
  array: (of: string, items: readonly DBusValue[]): DBusValue => ({ type: 'a', of, items }),
  bytes: (bytes: readonly number[]): DBusValue => ({
    type: 'a',
    of: 'y',
    items: bytes.map((value) => ({ type: 'y', value })),
  }),
};

/** The text of a string, an object path or a signature; `undefined` for values of other types. */
export function textOf(value: DBusValue | undefined): string | undefined {
  const inner = value?.type === 'v' ? value.value : value;
  return inner?.type === 's' || inner?.type === 'o' || inner?.type === 'g'
    ? inner.value
    : undefined;
}

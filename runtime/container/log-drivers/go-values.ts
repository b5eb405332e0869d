/** What was read, or what is wrong with it, in the words of Go's strconv. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

const quoted = (text: string): string => JSON.stringify(text);

/** As Go's strconv.ParseFloat: decimal numbers. */
export function parseNumber(text: string): Parsed<number> {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return { value: Number(text) };
  return { problem: `strconv.ParseFloat: parsing ${quoted(text)}: invalid syntax` };
}

/** As Go's strconv.Atoi. */
export function parseInteger(text: string): Parsed<number> {
  const parsing = `strconv.Atoi: parsing ${quoted(text)}`;
  if (!/^[+-]?\d+$/.test(text)) return { problem: `${parsing}: invalid syntax` };
  const value = BigInt(text.replace(/^\+/, ''));
  if (value !== BigInt.asIntN(64, value)) return { problem: `${parsing}: value out of range` };
  return { value: Number(value) };
}

/** As Go's strconv.ParseBool. */
export function parseBoolean(text: string): Parsed<boolean> {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return { value: true };
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return { value: false };
  return { problem: `strconv.ParseBool: parsing ${quoted(text)}: invalid syntax` };
}

/** Whether a text is one of those for true. */
export function isTrue(text: string): boolean {
  const parsed = parseBoolean(text);
  return 'value' in parsed && parsed.value;
}

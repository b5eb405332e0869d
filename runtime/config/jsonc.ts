import { parse, type ParseError, printParseErrorCode, stripComments } from 'jsonc-parser';

/** What a text was found to be: a value, or what is wrong with it and where. */
export type JsoncResult =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'problem';
      /** Such as `line 3, column 7: a value is missing`. */
      readonly problem: string;
      /** The same for programs, such as `ValueExpected`; `undefined` when the parser had no name for it. */
      readonly reason: string | undefined;
      /** Both count from 1; a column is a UTF-16 code unit, as editors count. */
      readonly line: number;
      readonly column: number;
    };

/** A place in a text, as people and editors count. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** What the parser's codes mean for whoever wrote the text. */
const meanings: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is no word of JSON',
  InvalidNumberFormat: 'this is no number of JSON',
  PropertyNameExpected: 'a name in double quotes is missing (is a comma too many before it?)',
  ValueExpected: 'a value is missing (is a comma too many before it?)',
  ColonExpected: 'a colon is missing',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'the text goes on after its end',
  UnexpectedEndOfComment: 'a comment does not end',
  UnexpectedEndOfString: 'a string does not end',
};

/**
 * Reads JSON (RFC 8259) that may have comments (`//` to the end of the line, and block comments), and nothing else that
 * JSON does not have. An empty text, or one of comments only, is a problem: a value is missing.
 */
export function parseJsonc(text: string): JsoncResult {
  const errors: ParseError[] = [];
  parse(text, errors, { allowTrailingComma: false, disallowComments: false });
  const [first] = errors;
  if (first !== undefined) {
    const code = printParseErrorCode(first.error);
    return problemAt(text, first.offset, { what: meanings[code] ?? code, reason: code });
  }
  try {
    // Not the parser's own value: a key "__proto__" would become the prototype of what it belongs to.
    return { kind: 'value', value: JSON.parse(stripComments(text, ' ')) as unknown };
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return problemAt(text, 0, { what, reason: undefined });
  }
}

/** Where an offset is in a text; both count from 1, a column is a UTF-16 code unit. */
export function placeOf(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function problemAt(
  text: string,
  offset: number,
  { what, reason }: { readonly what: string; readonly reason: string | undefined },
): JsoncResult {
  const { line, column } = placeOf(text, offset);
  const problem = `line ${line}, column ${column}: ${what}`;
  return { kind: 'problem', problem, reason, line, column };
}

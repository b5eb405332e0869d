import { BerthError } from '../../errors/berth-error.ts';

/**
 * Makes a test of a shell pattern, with the rules of Go's path.Match (Docker's `reference` filter): `*` and `?` match no
 * slash, `[a-z]` and `[^a-z]` are classes, a backslash takes the next character as it is; the whole text has to match.
 *
 * @throws FILTER_INVALID for a class that is not closed or empty, and for a backslash at the end
 */
export function pathMatcher(pattern: string): (text: string) => boolean {
  const expression = new RegExp(`^(?:${translate(pattern)})$`, 'su');
  return (text) => expression.test(text);
}

function malformed(pattern: string): BerthError {
  return new BerthError('FILTER_INVALID', {
    message: `invalid filter 'reference=${pattern}': syntax error in pattern`,
    remedy: 'Close the "[" of the pattern, and write nothing after it that a backslash would take.',
    details: { filter: 'reference', value: pattern },
  });
}

/** A character that stands for itself, within a regular expression of the kind `u`. */
function literal(character: string): string {
  const isSpecial = /[\^$\\.*+?()[\]{}|/-]/.test(character);
  return isSpecial ? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}` : character;
}

function translate(pattern: string): string {
  const characters = Array.from(pattern);
  let expression = '';
  while (characters.length > 0) {
    const character = characters.shift() ?? '';
    switch (character) {
      case '*':
        expression += '[^/]*';
        break;
      case '?':
        expression += '[^/]';
        break;
      case '[':
        expression += characterClass(characters, pattern);
        break;
      case '\\':
        expression += literal(characters.shift() ?? fail(pattern));
        break;
      default:
        expression += literal(character);
    }
  }
  return expression;
}

/** Reads a class to its `]`; the `[` has been taken. In Go a class needs at least one range, and may match a slash. */
function characterClass(characters: string[], pattern: string): string {
  const isNegated = characters[0] === '^';
  if (isNegated) characters.shift();
  let ranges = '';
  while (ranges === '' || characters[0] !== ']') {
    const from = classCharacter(characters, pattern);
    const hasEnd = characters[0] === '-';
    if (hasEnd) characters.shift();
    const to = hasEnd ? classCharacter(characters, pattern) : from;
    // A range that runs backwards matches nothing, in Go; in a regular expression it would be an error.
    const isEmpty = (from.codePointAt(0) ?? 0) > (to.codePointAt(0) ?? 0);
    ranges += isEmpty ? '' : `${literal(from)}-${literal(to)}`;
    if (isEmpty && characters[0] === ']') break;
  }
  characters.shift();
  if (ranges === '') return isNegated ? '.' : '(?!)';
  return `[${isNegated ? '^' : ''}${ranges}]`;
}

function classCharacter(characters: string[], pattern: string): string {
  const character = characters.shift();
  if (character === undefined || character === '-' || character === ']') return fail(pattern);
  if (character !== '\\') return character;
  return characters.shift() ?? fail(pattern);
}

function fail(pattern: string): never {
  throw malformed(pattern);
}

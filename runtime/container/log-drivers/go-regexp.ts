import { goSyntaxProblem } from './go-syntax.ts';

/**
 * A pattern in the syntax of Go, which Docker's options are written in (re2, github.com/google/re2/wiki/Syntax): flags such as `(?i)` are
 * before it, and what JavaScript wants to be escaped in its strict mode may stand for itself.
 * @throws SyntaxError in Docker's words
 */
export function goRegExp(text: string): RegExp {
  const problem = goSyntaxProblem(text);
  if (problem !== undefined) throw new SyntaxError(problem);
  const [, flags = '', pattern = ''] = /^(?:\(\?([ims]+)\))?([^]*)$/.exec(text) ?? [];
  for (const mode of ['u', ''])
    try {
      return new RegExp(inJavaScript(pattern), mode + [...new Set(flags)].join(''));
    } catch {
      // The other mode may take it.
    }
  throw new SyntaxError(`\`${text}\``);
}

/** Classes of characters by name, as they stand within brackets. */
const classes: Readonly<Record<string, string>> = {
  ...{ alpha: 'a-zA-Z', digit: '0-9', alnum: 'a-zA-Z0-9', upper: 'A-Z', lower: 'a-z' },
  ...{ space: '\\s', word: '\\w', xdigit: '0-9a-fA-F', blank: ' \\t', punct: '!-\\/:-@\\[-`{-~' },
};

function inJavaScript(pattern: string): string {
  return pattern
    .replace(/\[:([a-z]+):\]/g, (whole, name: string) => classes[name] ?? whole)
    .replaceAll('(?P<', '(?<')
    .replace(/\[(\^?)\]/g, '[$1\\]')
    .replace(/\\([\\Az])/g, (whole, letter: string) => ends[letter] ?? whole);
}

/** The ends of a text. */
const ends: Readonly<Record<string, string>> = { A: '^', z: '$' };

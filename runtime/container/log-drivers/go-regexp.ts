/** What Go's regular expressions do not have, as Docker names it. */
const unsupported = /\(\?(?:<?[=!])/;

/**
 * A pattern in the syntax of Go, which Docker's options are written in (re2, github.com/google/re2/wiki/Syntax): flags such as `(?i)` are
 * before it, and what JavaScript wants to be escaped in its strict mode may stand for itself.
 * @throws SyntaxError in Docker's words
 */
export function goRegExp(text: string): RegExp {
  const perl = unsupported.exec(text);
  if (perl !== null) throw new SyntaxError(`invalid or unsupported Perl syntax: \`${perl[0]}\``);
  const [, flags = '', pattern = ''] = /^(?:\(\?([ims]+)\))?([^]*)$/.exec(text) ?? [];
  for (const mode of ['u', ''])
    try {
      return new RegExp(pattern, mode + [...new Set(flags)].join(''));
    } catch {
      // The other mode may take it.
    }
  throw new SyntaxError(`\`${text}\``);
}

import { patternRule } from './pattern-rule.ts';
import { isEmptyValue, isReference, looksSecret } from './plain-values.ts';
import { quoteAt, quotedPart, type TextPart } from './quoted-value.ts';
import { secrecyOf } from './secret-name.ts';
import type { SecretRule, SecretSpan } from './span.ts';
import { secretsOfWords } from './word-list.ts';

/** Whether a variable of this name and value is to be hidden. */
export function isSecretVariable(name: string, value: string): boolean {
  const secrecy = secrecyOf(name);
  if (secrecy === 'none' || isEmptyValue(value)) return false;
  if (secrecy !== 'certain' && isReference(value)) return false;
  return secrecy !== 'ambiguous' || looksSecret(value);
}

/** Whether a match is a variable with a secret: its groups `name` and `secret`. */
function isSecretMatch(secret: string, match: RegExpExecArray): boolean {
  return isSecretVariable(match.groups?.['name'] ?? '', secret);
}

/** More words than this are no command line. */
const mostWords = 200;

/** Lists of texts as JSON writes them into a log: the command lines among them. */
const wordListRule: SecretRule = {
  name: 'command-line',
  *find(text): Generator<SecretSpan> {
    let covered = 0;
    for (const { index } of text.matchAll(/\[[ \t]{0,4}(?=\\*")/g)) {
      if (index < covered) continue;
      const parts = wordsAt(text, index + 1);
      if (parts.length < 2) continue;
      covered = parts.at(-1)?.to ?? covered;
      const secrets = secretsOfWords(parts.map(({ from, to }) => text.slice(from, to)));
      for (const [at, offset] of secrets) {
        const { from, to } = parts[at] ?? { from: 0, to: 0 };
        if (from + offset >= to) continue;
        const learn = [text.slice(from + offset, to)];
        yield { from: index, to, secretFrom: from + offset, secretTo: to, rule: this.name, learn };
      }
    }
  },
};

/** The texts of a list, without their quotes. */
function wordsAt(text: string, listAt: number): readonly TextPart[] {
  const words: TextPart[] = [];
  let at = listAt;
  while (words.length < mostWords) {
    at += /^\s{0,8}/.exec(text.slice(at, at + 8))?.[0].length ?? 0;
    const quote = quoteAt(text, at);
    if (quote?.endsWith('"') !== true) break;
    const word = quotedPart(text, at + quote.length, quote);
    words.push(word);
    at = word.to + quote.length;
    const comma = /^\s{0,8},/.exec(text.slice(at, at + 9));
    if (comma === null) break;
    at += comma[0].length;
  }
  return words;
}

/** Secrets that the structure around them tells: lists of words, pairs of a name and a value. */
export const structureRules: readonly SecretRule[] = [
  wordListRule,
  // As Kubernetes and ECS write a variable, in either order.
  patternRule(
    'secret-name',
    /(?<quote>\\{0,7}")(?:name|key)\k<quote>\s{0,8}:\s{0,8}\k<quote>(?<name>[\w.-]{1,120})\k<quote>\s{0,16},\s{0,64}\k<quote>value\k<quote>\s{0,8}:\s{0,8}\k<quote>(?<secret>[^\n]{1,4096}?)(?<!(?<!\\)\\)\k<quote>/dgi,
    { accept: isSecretMatch },
  ),
  patternRule(
    'secret-name',
    /(?<quote>\\{0,7}")value\k<quote>\s{0,8}:\s{0,8}\k<quote>(?<secret>[^\n"]{1,4096})\k<quote>\s{0,16},\s{0,64}\k<quote>(?:name|key)\k<quote>\s{0,8}:\s{0,8}\k<quote>(?<name>[\w.-]{1,120})\k<quote>/dgi,
    { accept: isSecretMatch },
  ),
  patternRule(
    'secret-name',
    /^[ \t]*(?:-[ \t]{1,8})?(?:name|key):[ \t]{1,8}["']?(?<name>[\w.-]{1,120})["']?[ \t]*\n[ \t]*value:[ \t]{1,8}(?<secret>[^\s][^\n]{0,4096})/dgm,
    { accept: isSecretMatch, learn: (secret) => [secret.replaceAll(/^["']|["'][ \t]*$/g, '')] },
  ),
  // Settings of a connection to a database; a shell's own PWD is a folder.
  ...[
    /(?<=;[ \t]{0,4})pwd[ \t]{0,4}=[ \t]{0,4}(?<secret>[^;"'\s\\]{1,256})/dgi,
    /\bpwd[ \t]{0,4}=[ \t]{0,4}(?<secret>[^;"'\s\\]{1,256})(?=;[ \t]{0,4}\w[\w ]{0,40}=)/dgi,
  ].map((pattern) =>
    patternRule('secret-name', pattern, {
      accept: (secret) => !/^[/~$.]/.test(secret) && !isEmptyValue(secret),
    }),
  ),
  // chpasswd(8) reads `user:password` lines.
  patternRule(
    'command-line',
    /\b(?:echo|printf)\b(?=[^\n]{0,500}\bchpasswd\b)[^\n|;]{0,80}?(?<![\w.-])[a-z_][\w.-]{0,31}:(?<secret>[^\n|]{1,400}?)\\{0,3}["']?[ \t]{0,8}\|[ \t]{0,8}[^\n|;]{0,80}\bchpasswd\b/dg,
    { accept: (secret) => !isEmptyValue(secret), learn: passwordsOf },
  ),
  patternRule(
    'command-line',
    /\bchpasswd\b[^\n|;]{0,40}<<<[ \t]{0,4}\\{0,3}["']?[a-z_][\w.-]{0,31}:(?<secret>[^\n"'|;]{1,1024})/dg,
    { accept: (secret) => !isEmptyValue(secret), learn: passwordsOf },
  ),
];

/** Several lines may be written with `\n` between them. */
function passwordsOf(secret: string): readonly string[] {
  return secret
    .split(/\\+n/)
    .map((line, index) => (index === 0 ? line : line.slice(line.indexOf(':') + 1)));
}

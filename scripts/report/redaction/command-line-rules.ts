import { patternRule } from './pattern-rule.ts';
import { isReference, looksSecret } from './plain-values.ts';
import { secrecyOf } from './secret-name.ts';
import type { SecretRule } from './span.ts';

const rule = 'command-line';

/** One word of a command line, quoted or not. */
const word = String.raw`(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^\s"',]+)`;

/** The rest of one command, as far as it is looked at. */
const within = String.raw`[^\n;|]{0,400}?`;

/** Short options that take a password, which no name tells: whose they are, and how they are written. */
const shortOptions: readonly (readonly [programs: RegExp, option: RegExp])[] = [
  // With a blank it is the name of a database.
  [/mysql\w*|mariadb[\w-]*/, /-p/],
  [/sshpass|mongo\w*|cqlsh|cypher-shell|arangosh|couchbase-cli|cbq|rabbitmqadmin/, /-p\s{0,4}/],
  [/login/, /-p\s{1,4}/],
  [/redis-cli|valkey-cli|keydb-cli/, /-a\s{0,4}/],
  [/sqlcmd|bcp|isql|tsql|ipmitool|mosquitto_\w+|(?:un)?zip/, /-P\s{0,4}/],
  [/ldap\w+|vsql/, /-w\s{0,4}/],
];

/** A port, or how it is published; a folder. */
const noPassword = /^["']?(?:[\d.:[\]-]+(?:\/\w+)?|[\w.-]*\/[\w./-]*)["']?$/;

/** Words of command lines that are secret because of the option before them. */
export const commandLineRules: readonly SecretRule[] = [
  patternRule(
    rule,
    new RegExp(
      String.raw`(?<![\w-])--?(?<name>[A-Za-z][\w-]{0,60})(?:\s{1,8}|["']\s{0,4},\s{0,8}["'])(?<secret>${word})`,
      'dg',
    ),
    {
      accept: (secret, match) => !secret.startsWith('-') && isValueOf(match, unquoted(secret)),
      learn: (secret) => [unquoted(secret)],
    },
  ),
  ...shortOptions.map(([programs, option]) =>
    patternRule(
      rule,
      new RegExp(
        String.raw`\b(?:${programs.source})\b${within}\s${option.source}(?!ass(?:word)?\b|ort\b|ath\b|kpass\b)(?<secret>${word})`,
        'dg',
      ),
      { accept: (secret) => !secret.startsWith('-'), learn: (secret) => [unquoted(secret)] },
    ),
  ),
  // A user and something with -p, whatever the program; it may be a project, so it is only taken out here.
  ...[
    String.raw`\s(?:-u|-U|--user(?:name)?)[=\s]?\s{0,2}[^\s=-]\S{0,200}${within}\s-p\s{0,2}(?<secret>${word})`,
    String.raw`\s-p\s{1,2}(?<secret>${word})(?=${within}\s(?:-u|-U|--user(?:name)?)[=\s])`,
  ].map((source) =>
    patternRule(rule, new RegExp(source, 'dg'), {
      accept: (secret) =>
        !secret.startsWith('-') && looksSecret(unquoted(secret)) && !noPassword.test(secret),
      learn: () => [],
    }),
  ),
  patternRule(
    rule,
    new RegExp(
      String.raw`(?:(?:curl|wget|http)\b${within}\s(?:-u|--user|--proxy-user|-U)|--(?:src-|dest-)?creds)[= ]?\s*(?<secret>["']?[^\s"':]+:${word})`,
      'dg',
    ),
    { learn: credentialsOf },
  ),
  // kubectl create secret: every value of one, whatever it is called; those of a config map are none.
  patternRule(
    rule,
    new RegExp(
      String.raw`(?<=\bsecrets?\b[^\n;|]{0,2000}--from-literal(?:=|\s{1,4})["']?[\w.-]{1,253}=)(?<secret>${word})`,
      'dg',
    ),
    { learn: (secret) => [unquoted(secret)] },
  ),
  patternRule(rule, /\bpass:(?<secret>[^\s"',]{4,})/dg, { accept: looksSecret }),
];

/** Whether the word behind an option is its secret. */
function isValueOf(match: RegExpExecArray, value: string): boolean {
  const secrecy = secrecyOf(match.groups?.['name'] ?? '');
  if (secrecy === 'none') return false;
  if (secrecy !== 'certain' && isReference(value)) return false;
  return secrecy !== 'ambiguous' || looksSecret(value);
}

function unquoted(value: string): string {
  return value.replace(/^["']|["']$/g, '');
}

/** `user:password`, percent-encoded or not: the password, in both forms. */
export function credentialsOf(secret: string): readonly string[] {
  const password = unquoted(secret.slice(secret.indexOf(':') + 1));
  let decoded = password;
  try {
    decoded = decodeURIComponent(password);
  } catch {
    // A percent sign that stands for itself.
  }
  return decoded === password ? [password] : [password, decoded];
}

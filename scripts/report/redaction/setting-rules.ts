import { patternRule } from './pattern-rule.ts';
import { isEmptyValue, isReference, looksSecret } from './plain-values.ts';
import { isSecretName, secrecyOf } from './secret-name.ts';
import type { SecretRule } from './span.ts';

const rule = 'secret-name';

/** A quoted text, or up to the next blank. */
const value = String.raw`(?:"[^"\n]*"|'[^'\n]*'|[^\s"',;]+)`;

/** Names and values that no `=` or `:` stands between, or not the one of ASCII: settings of programs, images, YAML, Chinese. */
export const settingRules: readonly SecretRule[] = [
  // redis.conf, ldap.conf(5), slapd.conf(5), ngrok; as options too.
  patternRule(
    rule,
    new RegExp(
      String.raw`(?<![\w.])(?:requirepass|masterauth|sentinel-pass|(?:root)?bindpw|rootpw|authtoken)["']?[ \t]{1,8}(?<secret>${value})`,
      'dgi',
    ),
    { accept: (secret) => !secret.startsWith('-'), learn: valueOf },
  ),
  // A Dockerfile's old form of ENV: the value goes to the end of the line.
  patternRule(
    rule,
    /\bENV[ \t]{1,8}(?<name>[A-Za-z_]\w{0,120})[ \t]{1,8}(?<secret>[^\s=][^\n]{0,4096})/dg,
    {
      accept: (secret, match) => namesSecret(match) && !isEmptyValue(secret.trim()),
      learn: valueOf,
    },
  ),
  // A line of a name and a word; `password required` is a sentence.
  patternRule(
    rule,
    new RegExp(
      String.raw`^[ \t]{0,40}(?<name>[A-Za-z_][\w.-]{0,120})[ \t]{1,8}(?<secret>${value})[ \t]*;?$`,
      'dgm',
    ),
    {
      accept: (secret, match) =>
        secrecyOf(match.groups?.['name'] ?? '') === 'certain' &&
        !secret.startsWith('/') &&
        !isEmptyValue(secret) &&
        looksSecret(secret),
      learn: valueOf,
    },
  ),
  // A name of several words, as programs print it to people: `Unseal Key 1: ...`; a number may tell it from others.
  patternRule(
    rule,
    new RegExp(
      String.raw`(?<![\w-])(?<name>(?:[A-Za-z][\w-]{0,30}[ 	]){1,3}[A-Za-z]{3,20})(?:[ 	]#?\d{1,3})?[ 	]{0,4}:[ 	]{1,16}(?<secret>${value})`,
      'dg',
    ),
    {
      accept: (secret, match) =>
        secrecyOf((match.groups?.['name'] ?? '').replaceAll(/\s/g, '_').toLowerCase()) !== 'none' &&
        isLikeKey(unquoted(secret)),
      learn: valueOf,
    },
  ),
  // Block scalars (YAML 1.2, section 8.1): the lines below that are indented further.
  patternRule(
    rule,
    /^(?<indent>[ \t]*)(?:-[ ]{1,4})?["']?(?<name>[A-Za-z_][\w.-]{0,120})["']?:[ \t]{1,8}[|>][-+\d]{0,2}[ \t]*\n\k<indent>[ \t]+(?<secret>[^\s][^\n]*(?:\n\k<indent>[ \t]+[^\s][^\n]*|\n[ \t]*(?=\n))*)/dgm,
    { accept: (_secret, match) => namesSecret(match), learn: (secret) => secret.split('\n') },
  ),
  // In Chinese, with its own colon; a sentence goes on in Chinese.
  patternRule(
    rule,
    /(?:密码|密碼|口令|密钥|密鑰|令牌|凭据|凭证)["'”]?[ \t]{0,8}(?:[:：=＝]|为|是)[ \t]{0,8}["'“]?(?<secret>[^\s"'“”,，。；;、）)}\]\p{Script=Han}][^\s"'“”,，。；;、]{0,1024})/dgu,
    { accept: (secret) => !isEmptyValue(secret) },
  ),
];

function namesSecret(match: RegExpExecArray): boolean {
  return isSecretName(match.groups?.['name'] ?? '');
}

/** Letters and digits, and no words: a text for people may say much after a colon. */
function isLikeKey(secret: string): boolean {
  return /^(?=.*\d)(?=.*[A-Za-z])[\w+/=.~-]{8,}$/.test(secret) && !isReference(secret);
}

function unquoted(secret: string): string {
  return secret.replace(/^["']|["']$/g, '');
}

function valueOf(secret: string): readonly string[] {
  return [unquoted(secret.trim())];
}

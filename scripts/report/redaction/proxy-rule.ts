import { proxyUserAt } from '../../../runtime/host/shown-proxy.ts';
import { credentialsOf } from './command-line-rules.ts';
import { endOfLine, quoteAt, quotedPart, type TextPart } from './quoted-value.ts';
import { isPlaceholder, type SecretRule, type SecretSpan } from './span.ts';

/** What is set: `HTTPS_PROXY=`, `"https-proxy": "`, `HttpProxy:`, `Acquire::http::Proxy "`, `--proxy `; not NO_PROXY. */
const nameAndSeparator =
  /(?<!no[_ -]?)proxy(?:\\*["']?[ \t]{0,8}(?:=>|:=|[=:])[ \t]{0,8}|[ \t]{1,8}(?=\\*["'])|(?<=--(?:[a-z]{1,10}-)?proxy|\bENV[ \t]{1,8}\w{0,16}_proxy)[ \t]{1,8}|(?<=--(?:[a-z]{1,10}-)?proxy)\\*["']\s{0,4},\s{0,8}(?=\\*["']))/gi;

/** The name stands first on its line, as `env`, unit files and `docker info` write it: the value goes to the line's end. */
const firstOnLine =
  /^[ \t]*(?:-[ \t]+)?(?:export[ \t]+|ENV[ \t]+|Environment=|-e[ \t]+|--env[= ])?(?:https?[ ])?[\w.:-]*$/i;

/** A value that has a user: with a scheme, or `user:password` without one. */
const proxyLike = /^(?:[a-z][a-z0-9+.-]{0,30}:\/\/|[^\s:@/"'\\]{1,64}:[^\s@])/i;

/** What can only be the beginning of a user and a password: no port comes after the colon. */
const cutShort = /^[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/]{0,128}:(?!\d{1,5}(?:[/\s"'\\,;]|$))/i;

/** Characters of a value that are looked at. */
const longestLook = 4096;

/** Whether a field of this name says which proxy to use. */
export function isProxyName(name: string): boolean {
  return /^[\w.:-]{0,64}proxy$/i.test(name) && !/no[_-]?proxy$/i.test(name);
}

/**
 * User and password of proxies where the name tells that it is one. Unlike in other URLs everything up to the last `@` of the
 * value belongs to them: `#`, `?`, `/` and blanks, which nobody encodes there.
 */
export const proxyRule: SecretRule = {
  name: 'url',
  *find(text): Generator<SecretSpan> {
    let covered = 0;
    for (const match of text.matchAll(nameAndSeparator)) {
      if (match.index < covered) continue;
      const value = valueAt(text, { nameAt: match.index, start: match.index + match[0].length });
      const user = proxyUserAt(text.slice(value.from, value.to));
      if (user === undefined) continue;
      const [secretFrom, secretTo] = [value.from + user.from, value.from + user.to];
      const secret = text.slice(secretFrom, secretTo);
      if (!isUser(secret, text.slice(value.from, value.to))) continue;
      covered = secretTo;
      const learn = learnedOf(secret);
      yield { from: match.index, to: value.to, secretFrom, secretTo, rule: 'url', learn };
    }
  },
};

/** Images (`kube-proxy:v1@sha256:...`) and what has been taken out are none. */
function isUser(secret: string, value: string): boolean {
  if (secret === '' || secret === '***' || isPlaceholder(secret)) return false;
  return proxyLike.test(value) && !/@sha\d+:[^@]*$/.test(value);
}

/** The password alone and with its user, which may be ordinary words each; as written and as a shell reads it. */
function learnedOf(secret: string): readonly string[] {
  const read = secret.replaceAll(/\\(["\\$`])/g, '$1');
  return [...new Set([secret, read])].flatMap((each) => [each, ...credentialsOf(each)]);
}

function valueAt(
  text: string,
  place: { readonly nameAt: number; readonly start: number },
): TextPart {
  const { nameAt, start } = place;
  const lineEnd = Math.min(endOfLine(text, start), start + longestLook);
  const within = valueWithin(text, { nameAt, start, lineEnd });
  const value = text.slice(within.from, Math.min(within.to, within.from + longestLook));
  const to = within.from + value.length;
  if (value.includes('@') || !cutShort.test(value)) return { from: within.from, to };
  // A quote or blank in the password: up to the end of the word that has the next `@`.
  const rest = /^[^\n@]*@[^\s"'<>]*/.exec(text.slice(to, lineEnd));
  return { from: within.from, to: to + (rest?.[0].length ?? 0) };
}

function valueWithin(
  text: string,
  place: { readonly nameAt: number; readonly start: number; readonly lineEnd: number },
): TextPart {
  const { nameAt, start, lineEnd } = place;
  const quote = quoteAt(text, start);
  if (quote !== undefined) return quotedPart(text, start + quote.length, quote);
  const before = text.slice(Math.max(0, nameAt - 200), nameAt);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  // `"HTTPS_PROXY=..."`: an element of a list.
  const outer = /(?<quote>\\*["'])[\w.:-]*$/.exec(line)?.groups?.['quote'];
  if (outer !== undefined) return quotedPart(text, start, outer);
  if (firstOnLine.test(line)) return { from: start, to: lineEnd };
  const end = /[\s"'`<>]|\\[nrt"']/.exec(text.slice(start, lineEnd))?.index;
  return { from: start, to: end === undefined ? lineEnd : start + end };
}

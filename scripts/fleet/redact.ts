import type { Secret } from './secret.ts';

/** Shown in place of a secret. */
const hidden = '***';

/** Name and password in an address: `https://user:password@proxy` (RFC 3986, section 3.2.1). */
const userInfo = /(?<=[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]*(?=@)/gi;
/** Headers and variables that carry one. */
const assigned =
  /((?:authorization|password|passwd|secret|token|api[_-]?key)"?\s*[:=]\s*"?)(?:(?:basic|bearer)\s+)?[^\s",]+/gi;

/** A function that takes secrets out of a line: the given ones wherever they are, and what looks like one. */
export function redactor(secrets: readonly (Secret | undefined)[]): (line: string) => string {
  const known = secrets.flatMap((secret) => (secret === undefined ? [] : [secret.reveal()]));
  return (line) =>
    known
      .reduce((text, secret) => text.replaceAll(secret, hidden), line)
      .replace(userInfo, hidden)
      .replace(assigned, `$1${hidden}`);
}

import { Redactor } from '../report/redaction/redactor.ts';
import type { Secret } from './secret.ts';

/** Shown in place of a secret that was given. */
const hidden = '***';

/** What a log says of where a line comes from; what follows is looked at as a line of its own. */
const origin = /^(?:out|err|ssh): /;

/**
 * A function that takes secrets out of a line: the given ones wherever they are, and what the rules of `berth report` find.
 * It remembers what they have found, for the lines of other hosts too.
 */
export function redactor(secrets: readonly (Secret | undefined)[]): (line: string) => string {
  const known = secrets.flatMap((secret) => (secret === undefined ? [] : [secret.reveal()]));
  const withoutKnown = (text: string): string =>
    known.reduce((rest, secret) => rest.replaceAll(secret, hidden), text);
  const byRules = new Redactor();
  return (line) => {
    const from = origin.exec(line)?.[0] ?? '';
    // Once more afterwards: the rules take out characters that show nothing, which may have stood within a secret.
    return withoutKnown(from + byRules.text(withoutKnown(line.slice(from.length))));
  };
}

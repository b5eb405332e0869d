import type { SecretRule, SecretSpan } from './span.ts';

/** RFC 7468 and RFC 9580 armour; without an end the longest key that is in use. */
const longestKey = 32_768;
const begin = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/g;
const end = /-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/g;
/** The end of a line of a key, whatever a log has put before it. */
const keyLine = /[A-Za-z0-9+/=]{40}$/;

/**
 * Private keys in PEM form, on lines or in one with `\n` in it, also when a log's own prefix stands on each line, and when
 * a shortened text has only the key's beginning or only its end.
 */
export const privateKeyRule: SecretRule = {
  name: 'private-key',
  *find(text): Generator<SecretSpan> {
    let behind = 0;
    // Of its own: `matchAll` begins where the expression that it is given has stopped.
    const closer = new RegExp(end);
    for (const match of text.matchAll(begin)) {
      if (match.index < behind) continue;
      closer.lastIndex = match.index;
      const closing = closer.exec(text);
      const near = closing !== null && closing.index - match.index <= longestKey;
      behind = near ? closing.index + closing[0].length : match.index + longestKey;
      behind = Math.min(behind, text.length);
      yield span(match.index, behind);
    }
    yield* endsWithoutBegin(text);
  },
};

function* endsWithoutBegin(text: string): Generator<SecretSpan> {
  for (const match of text.matchAll(end)) {
    const before = text.slice(Math.max(0, match.index - longestKey), match.index);
    if (before.lastIndexOf('-----BEGIN ') > before.lastIndexOf('-----END ')) continue;
    const lines = before.split('\n');
    // The last piece is what stands before the mark on its own line.
    let from = match.index;
    for (let at = lines.length - 2; at >= 0 && from > 0; at -= 1) {
      const line = (lines[at] ?? '').slice(-200).trimEnd();
      const isShortTail = at === lines.length - 2 && /[A-Za-z0-9+/=]$/.test(line);
      if (!keyLine.test(line) && !isShortTail) break;
      from = match.index - lines.slice(at).join('\n').length;
    }
    if (from < match.index) yield span(from, match.index + match[0].length);
  }
}

function span(from: number, to: number): SecretSpan {
  return { from, to, secretFrom: from, secretTo: to, rule: 'private-key', learn: [] };
}

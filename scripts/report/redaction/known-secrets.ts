import { isWorthHiding } from './plain-values.ts';
import type { SecretRule, SecretSpan } from './span.ts';

/** Most values that are searched for; a host with more has them taken out by shape and name alone. */
const mostValues = 400;

/**
 * Values that are known to be secret on this host: read from its credential files, or met under a secret name. They are
 * searched for wherever they appear.
 */
export class KnownSecrets implements SecretRule {
  readonly name = 'known-secret';
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  /** Remembers values; what is too short or too ordinary is left out, what has several lines is taken line by line. */
  add(values: Iterable<string>): void {
    for (const value of values) {
      for (const line of value.split(/\\n|\n/)) {
        const trimmed = line.trim().replace(/^["']|["']$/g, '');
        if (this.#values.size >= mostValues || !isWorthHiding(trimmed)) continue;
        if (this.#values.has(trimmed)) continue;
        this.#values.add(trimmed);
        this.#pattern = undefined;
      }
    }
  }

  *find(text: string): Generator<SecretSpan> {
    if (this.#values.size === 0) return;
    this.#pattern ??= patternOf([...this.#values]);
    for (const { index, 0: found } of text.matchAll(this.#pattern)) {
      const [from, to] = [index, index + found.length];
      yield { from, to, secretFrom: from, secretTo: to, rule: this.name, learn: [] };
    }
  }
}

/** The longest first, so that a value that contains another one goes as a whole. */
function patternOf(values: readonly string[]): RegExp {
  const forms = new Set(values.flatMap(formsOf));
  const sorted = [...forms].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return new RegExp(sorted.map((form) => RegExp.escape(form)).join('|'), 'g');
}

/** How a value looks where it is written into something else. Whole encoded runs are found by encodings.ts. */
function formsOf(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const html = value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  return [
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    html,
    html.replaceAll("'", '&#39;'),
    encodeURIComponent(value.toWellFormed()),
    Array.from(value).toReversed().join(''),
    ...base64FormsOf(value),
    Buffer.from(value).toString('hex'),
    Buffer.from(value).toString('hex').toUpperCase(),
  ];
}

/**
 * Base64 works in groups of three bytes, so a value in the midst of others has three forms. Of each the characters at its
 * edges are left out, as they depend on the neighbours.
 */
function base64FormsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const whole = Math.floor((padded.length * 8) / 6);
    const text = padded.toString('base64').slice(before === 0 ? 0 : before + 1, whole);
    const url = text.replaceAll('+', '-').replaceAll('/', '_');
    return text.length < 8 ? [] : [...new Set([text, url])];
  });
}

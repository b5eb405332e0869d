import { beginningOf, encodings } from './encodings.ts';
import { KnownSecrets } from './known-secrets.ts';
import { normalise } from './normalise.ts';
import { redactValue } from './redact-value.ts';
import { secretRules } from './rules.ts';
import { mergeSpans, placeholder, type SecretRule, type SecretSpan } from './span.ts';

/** Bytes that are no UTF-8, or control characters: most of what comes of decoding what was not encoded. */
const notText = /[\x00-\x08\x0e-\x1a\x7f\ufffd]/g;

/** Whether something decoded is text, and long enough for a secret. UTF-16 is, as every second byte of it is. */
function isText(decoded: string): boolean {
  const others = decoded.match(notText)?.length ?? 0;
  const zeros = decoded.match(/\0/g)?.length ?? 0;
  return (
    decoded.length >= 6 && others - zeros <= decoded.length / 10 && zeros <= decoded.length / 2
  );
}

/** How deep encodings within encodings are followed. */
const deepest = 3;

/**
 * Takes secrets out of texts and values, remembers what it has found so that it is found elsewhere too, and counts. One
 * redactor serves one report; all that goes into the report goes through it.
 */
export class Redactor {
  readonly #known = new KnownSecrets();
  readonly #rules: readonly SecretRule[] = [this.#known, ...secretRules];
  readonly #counts = new Map<string, number>();

  /** Remembers values that are secret. */
  learn(values: Iterable<string>): void {
    this.#known.add(values);
  }

  /** Remembers what the rules find in a text that is not itself reported, such as a file with credentials. */
  learnFrom(text: string): void {
    for (const { learn } of this.spansOf(normalise(text))) this.learn(learn);
  }

  /** A text without its secrets. */
  text(text: string): string {
    const clean = normalise(text);
    return this.replace(clean, this.spansOf(clean));
  }

  /** A value that is JSON, without its secrets: decided by the names of fields, and in each text as {@link text} does. */
  value(value: unknown): unknown {
    return redactValue(value, {
      text: (text) => this.text(text),
      secretsIn: (text) => this.spansOf(text).flatMap(({ learn }) => learn),
      hide: (secret, rule) => {
        this.learn([secret]);
        this.#count(rule);
        return placeholder(rule);
      },
    });
  }

  /** A text that has been redacted already, without what has become known since. */
  again(text: string): string {
    return this.replace(text, this.#spansBy([this.#known], text, deepest));
  }

  /** Number of values that were taken out, by rule. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Finds secrets in a text that is normalised; they do not overlap. */
  spansOf(text: string): readonly SecretSpan[] {
    const spans = this.#spansBy(this.#rules, text, deepest);
    for (const { learn } of spans) this.learn(learn);
    return spans;
  }

  /** Puts placeholders where `spans` are, and counts them. */
  replace(text: string, spans: readonly SecretSpan[]): string {
    let at = 0;
    let out = '';
    for (const span of spans) {
      out += text.slice(at, span.secretFrom) + placeholder(span.rule);
      at = span.secretTo;
      this.#count(span.rule);
    }
    return out + text.slice(at);
  }

  #spansBy(rules: readonly SecretRule[], text: string, depth: number): readonly SecretSpan[] {
    const spans = rules.flatMap((rule) => [...rule.find(text)]);
    return mergeSpans([...spans, ...this.#encoded(rules, text, depth - 1)]);
  }

  *#encoded(rules: readonly SecretRule[], text: string, depth: number): Generator<SecretSpan> {
    if (depth === 0) return;
    for (const { name, pattern, before, decode } of encodings) {
      for (const match of text.matchAll(pattern)) {
        const from = beginningOf(match, text, before);
        const to = match.index + match[0].length;
        const run = text.slice(from, to);
        const decoded = decode(run);
        if (decoded === run || !isText(decoded)) continue;
        const inside = this.#spansBy(rules, normalise(decoded), depth);
        if (inside.length === 0) continue;
        const learn = inside.flatMap((span) => span.learn);
        yield { from, to, secretFrom: from, secretTo: to, rule: `in-${name}`, learn };
      }
    }
  }

  #count(rule: string): void {
    this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + 1);
  }
}

/** A place in a text that holds a secret, as a rule found it. */
export interface SecretSpan {
  /** Where the match begins, with what gives the secret away (`password=`). */
  readonly from: number;
  readonly to: number;
  /** The secret itself, which is replaced. */
  readonly secretFrom: number;
  readonly secretTo: number;
  /** Name of the rule, as the report counts it. */
  readonly rule: string;
  /** Values to look for everywhere else too. */
  readonly learn: readonly string[];
}

/** One way to find secrets in a text. */
export interface SecretRule {
  /** Stable name, as the report counts it. */
  readonly name: string;
  find(text: string): Iterable<SecretSpan>;
}

/** How a report shows that something was taken out, and by which rule. */
export function placeholder(rule: string): string {
  return `[redacted:${rule}]`;
}

/** Whether a value has been redacted already, so that nothing is counted twice. */
export function isPlaceholder(value: string): boolean {
  return value.startsWith('[redacted:');
}

/** Merges spans that overlap: what is left is sorted, and no two of them touch the same character. */
export function mergeSpans(spans: readonly SecretSpan[]): readonly SecretSpan[] {
  const sorted = spans.toSorted(
    (a, b) => a.secretFrom - b.secretFrom || b.secretTo - a.secretTo || a.from - b.from,
  );
  const merged: SecretSpan[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last === undefined || span.secretFrom >= last.secretTo) {
      merged.push(span);
    } else {
      merged[merged.length - 1] = {
        ...last,
        from: Math.min(last.from, span.from),
        to: Math.max(last.to, span.to),
        secretTo: Math.max(last.secretTo, span.secretTo),
      };
    }
  }
  return merged;
}

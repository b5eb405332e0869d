import type { SecretRule, SecretSpan } from './span.ts';
import { isPlaceholder } from './span.ts';

/** What a rule made of a regular expression may say besides. */
interface PatternRuleOptions {
  /** Which matches count; all when absent. */
  readonly accept?: (secret: string, match: RegExpExecArray) => boolean;
  /** Values to look for everywhere else; the secret itself when absent. */
  readonly learn?: (secret: string) => readonly string[];
}

/**
 * A rule made of a regular expression with the flags `g` and `d`. Its group `secret` is what is replaced, the whole match
 * without one.
 */
export function patternRule(
  name: string,
  pattern: RegExp,
  options: PatternRuleOptions = {},
): SecretRule {
  return { name, find: (text) => findAll(name, { text, pattern, options }) };
}

function* findAll(
  rule: string,
  search: {
    readonly text: string;
    readonly pattern: RegExp;
    readonly options: PatternRuleOptions;
  },
): Generator<SecretSpan> {
  const { pattern, options } = search;
  for (const match of search.text.matchAll(pattern)) {
    const secret = match.groups?.['secret'] ?? match[0];
    if (secret === '' || isPlaceholder(secret) || options.accept?.(secret, match) === false) {
      continue;
    }
    const [secretFrom, secretTo] = match.indices?.groups?.['secret'] ?? [
      match.index,
      match.index + match[0].length,
    ];
    yield {
      from: match.index,
      to: match.index + match[0].length,
      secretFrom,
      secretTo,
      rule,
      learn: options.learn?.(secret) ?? [secret],
    };
  }
}

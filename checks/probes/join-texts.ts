import { language } from '../../messages/language.ts';

/** Joins what is said of several things into one: `a; b`. Chinese has marks of its own (GB/T 15834). */
export function joinClauses(clauses: readonly string[]): string {
  return clauses.join(language() === 'zh' ? '；' : '; ');
}

/** Joins sentences: with a blank between them, which Chinese does not have. */
export function joinSentences(sentences: readonly string[]): string {
  return sentences.join(language() === 'zh' ? '' : ' ');
}

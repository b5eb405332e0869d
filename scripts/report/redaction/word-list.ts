import { commandLineRules } from './command-line-rules.ts';

/**
 * Secrets in a command line whose words are known, as processes, containers and logs have it. A word is told by those before
 * it: `["sshpass", "-p", "x"]`, `["mysql", "-px"]`.
 *
 * @returns By the index of a word: where in it the secret begins, which goes to the word's end.
 */
export function secretsOfWords(words: readonly string[]): ReadonlyMap<number, number> {
  // A word's own blanks and quotes would end it for the rules; what ends a command does not do so within a word.
  const plain = words.map((word) => word.replaceAll(/[\s"',;|]/g, '_'));
  const line = plain.join(' ');
  const found = new Map<number, number>();
  for (const rule of commandLineRules) {
    for (const { secretFrom } of rule.find(line)) {
      const { index, from } = wordAt(plain, secretFrom);
      // A script: not all of its rest is a secret, and the rules find what is when they read it as it is.
      if (from > 0 && /^[^-].*\s/s.test(words[index] ?? '')) continue;
      found.set(index, Math.min(found.get(index) ?? from, from));
    }
  }
  return found;
}

function wordAt(
  words: readonly string[],
  at: number,
): { readonly index: number; readonly from: number } {
  let start = 0;
  for (const [index, word] of words.entries()) {
    if (at <= start + word.length) return { index, from: at - start };
    start += word.length + 1;
  }
  return { index: words.length - 1, from: 0 };
}

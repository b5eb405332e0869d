import { getSystemErrorMap } from 'node:util';

/** What an errno means in words, such as "no such file or directory" for `ENOENT`; `undefined` for what is none. */
export function errnoMessage(name: unknown): string | undefined {
  for (const [known, words] of getSystemErrorMap().values()) if (known === name) return words;
  return undefined;
}

/** Versions, each once, newest first in the order of the package manager. */
export function newestFirst(
  versions: readonly string[],
  compare: (a: string, b: string) => number,
): readonly string[] {
  return [...new Set(versions)].sort((a, b) => compare(b, a));
}

/** Longest name of a file in the archive, in characters: any file system takes it. */
const longest = 100;

/**
 * A name for a file in the archive: letters, digits and `._-/` only, no way out of its folder, and none that `taken` has.
 */
export function safeFileName(wanted: string, taken: readonly string[]): string {
  const parts = wanted
    .split('/')
    .map((part) => part.replaceAll(/[^\w.-]+/g, '_').replace(/^\.+/, '_'))
    .filter((part) => part !== '');
  const name = parts.join('/').slice(0, longest) || 'file';
  if (!taken.includes(name)) return name;
  for (let number = 2; ; number += 1) {
    const numbered = name.replace(/(\.\w+)?$/, (ending) => `-${number}${ending}`);
    if (!taken.includes(numbered)) return numbered;
  }
}

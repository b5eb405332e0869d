/**
 * A word for the shell of the login on the other host, whichever that is: single quotes mean the same to sh, bash, zsh
 * and fish.
 */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

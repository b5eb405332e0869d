/** Longest line that is looked at as one. */
const longestLine = 65_536;

/** Passes on the lines of a text that `wanted` accepts, however the text is cut into pieces. */
export class LineFilter {
  readonly #wanted: (line: string) => boolean;
  #rest = '';

  constructor(wanted: (line: string) => boolean) {
    this.#wanted = wanted;
  }

  /** Takes the next piece; gives the wanted ones of the lines that are complete. */
  push(text: string): string {
    const lines = (this.#rest + text).split('\n');
    const last = lines.pop() ?? '';
    this.#rest = last.slice(0, longestLine);
    return this.#chosen(lines);
  }

  /** Gives the last line, if it had no end. */
  end(): string {
    return this.#rest === '' ? '' : this.#chosen([this.#rest]);
  }

  #chosen(lines: readonly string[]): string {
    return lines.flatMap((line) => (this.#wanted(line) ? [`${line}\n`] : [])).join('');
  }
}

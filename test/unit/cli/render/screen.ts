/** As much of a terminal (ECMA-48) as progress uses: a cursor that moves in the last rows, and erases. */
export class Screen {
  readonly #rows: number;
  #lines: string[] = [''];
  #row = 0;

  constructor(rows: number) {
    this.#rows = rows;
  }

  write(text: string): void {
    const parts = text.match(/\u001b\[\d*[A-Z]|\r|\n|[^\u001b\r\n]+/g) ?? [];
    for (const part of parts) this.#take(part);
  }

  /** All lines, those that have scrolled away too; without the empty one that the cursor is in. */
  lines(): readonly string[] {
    return this.#lines.at(-1) === '' ? this.#lines.slice(0, -1) : [...this.#lines];
  }

  #take(part: string): void {
    if (part === '\n') {
      this.#row += 1;
      if (this.#row === this.#lines.length) this.#lines.push('');
    } else if (part.endsWith('A') && part.startsWith('\u001b')) {
      // What has scrolled out at the top cannot be reached.
      const top = Math.max(0, this.#lines.length - this.#rows);
      this.#row = Math.max(top, this.#row - Number(part.slice(2, -1)));
    } else if (part === '\u001b[2K') {
      this.#lines[this.#row] = '';
    } else if (part === '\u001b[J') {
      this.#lines.splice(this.#row, Infinity, '');
    } else if (part !== '\r') {
      this.#lines[this.#row] = (this.#lines[this.#row] ?? '') + part;
    }
  }
}

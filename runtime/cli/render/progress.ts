import type { TerminalSize } from '../../host/console.ts';
import { partLine, partText } from './progress-bar.ts';
import type { PartState, ProgressMessage } from './progress-message.ts';
import { TransferRate } from './transfer-rate.ts';

/** What is shown of a stream of progress. */
export interface ProgressView {
  /** The text to write for a message. */
  show(message: ProgressMessage): string;
  /** The text to write when no more messages come. */
  end(): string;
}

/** One line an event, for files and pipes: what moves is not shown, and no state of a part is said twice. */
export class ProgressLines implements ProgressView {
  readonly #said = new Map<string, string>();

  show(message: ProgressMessage): string {
    if (message.kind === 'text') return message.text;
    if (message.kind !== 'part' || message.state.currentBytes > 0) return '';
    const text = partText(message.id, message.state);
    if (this.#said.get(message.id) === text) return '';
    this.#said.set(message.id, text);
    return `${text}\n`;
  }

  end(): string {
    return '';
  }
}

interface Part {
  state: PartState;
  bytesPerSecond: number;
  readonly rate: TransferRate;
  /** Counts up with every change, so that what changes can be told from what rests. */
  changed: number;
}

/** What a terminal's progress needs to know of it. */
export interface TerminalFacts {
  /** The size of now: it may change. */
  size(): TerminalSize | undefined;
  nowMs(): number;
}

/** Eyes see no more, and a slow terminal or SSH connection is not flooded. */
const betweenPaintsMs = 80;
const usualSize: TerminalSize = { rows: 24, columns: 80 };
/** Control sequences of ECMA-48: cursor up, erase line, erase to the end of the screen. */
const up = (rows: number): string => (rows === 0 ? '' : `\u001b[${rows}A`);
const eraseLine = '\u001b[2K';
const eraseBelow = '\u001b[J';

/**
 * Lines that change in place, one for each part. All of them are painted at once, cut to the width of now, and never
 * more than the terminal has rows: what has scrolled out of it cannot be changed any more. A terminal that has become
 * narrower may show a rest of older lines above, and never loses what was there before.
 */
export class TerminalProgress implements ProgressView {
  readonly #terminal: TerminalFacts;
  readonly #parts = new Map<string, Part>();
  #changes = 0;
  #paintedRows = 0;
  #paintedAtMs = -Infinity;

  constructor(terminal: TerminalFacts) {
    this.#terminal = terminal;
  }

  show(message: ProgressMessage): string {
    if (message.kind === 'part') {
      const nowMs = this.#terminal.nowMs();
      this.#update(message.id, message.state, nowMs);
      const waits = message.state.currentBytes > 0 && nowMs < this.#paintedAtMs + betweenPaintsMs;
      return waits ? '' : this.#paint(nowMs);
    }
    return message.kind === 'text' ? this.end() + message.text : '';
  }

  /** Paints all parts for good. */
  end(): string {
    if (this.#parts.size === 0) return '';
    const text = this.#painting(this.#lines([...this.#parts]));
    this.#parts.clear();
    this.#paintedRows = 0;
    return text;
  }

  #update(id: string, state: PartState, nowMs: number): void {
    const part = this.#parts.get(id) ?? {
      state,
      bytesPerSecond: 0,
      rate: new TransferRate(),
      changed: 0,
    };
    part.state = state;
    part.bytesPerSecond = state.currentBytes > 0 ? part.rate.update(state.currentBytes, nowMs) : 0;
    this.#changes += 1;
    part.changed = this.#changes;
    this.#parts.set(id, part);
  }

  #paint(nowMs: number): string {
    this.#paintedAtMs = nowMs;
    const { rows } = this.#terminal.size() ?? usualSize;
    // The cursor needs a row too.
    const lines = this.#fitting(Math.max(1, rows - 1));
    const text = this.#painting(lines);
    this.#paintedRows = lines.length;
    return text;
  }

  /** The lines of all parts; when there are too many, of those that changed last. */
  #fitting(rows: number): readonly string[] {
    const parts = [...this.#parts];
    if (parts.length <= rows) return this.#lines(parts);
    const shown = new Set(
      parts.toSorted(([, a], [, b]) => b.changed - a.changed).slice(0, rows - 1),
    );
    const lines = this.#lines(parts.filter((part) => shown.has(part)));
    return [...lines, `... and ${parts.length - shown.size} more`];
  }

  #lines(parts: readonly (readonly [string, Part])[]): readonly string[] {
    const { columns } = this.#terminal.size() ?? usualSize;
    return parts.map(([id, { state, bytesPerSecond }]) =>
      partLine(id, state, { columns, bytesPerSecond }),
    );
  }

  #painting(lines: readonly string[]): string {
    const text = lines.map((line) => `${eraseLine}${line}\n`).join('');
    return `${up(this.#paintedRows)}\r${text}${eraseBelow}`;
  }
}

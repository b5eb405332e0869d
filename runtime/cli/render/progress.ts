import { BerthError } from '../../errors/berth-error.ts';
import type { Fields } from '../client/fields.ts';
import { fieldsAt, optionalNumber, optionalText } from '../client/fields.ts';
import { humanSize } from './size.ts';

/** How progress is shown: lines that change in place, or one line an event. */
export type ProgressStyle = 'terminal' | 'lines';

const barWidth = 50;

/** `[====>    ]  1.2MB/3MB`; without a known total only what has come. */
export function progressBar(current: number, total: number): string {
  if (total <= 0) return humanSize(current);
  const done = Math.min(barWidth, Math.floor((current / total) * barWidth));
  const bar = done === barWidth ? '='.repeat(barWidth) : `${'='.repeat(done)}>`;
  return `[${bar.padEnd(barWidth)}]  ${humanSize(current)}/${humanSize(total)}`;
}

function failureOf(message: Fields): string {
  return (
    optionalText(fieldsAt(message, 'errorDetail'), 'message') || optionalText(message, 'error')
  );
}

/** Turns the messages of pull and load into what is written on the console. */
export class ProgressRenderer {
  readonly #style: ProgressStyle;
  /** On a terminal: the layers' ids, in the order of their lines. */
  #lines: string[] = [];

  constructor(style: ProgressStyle) {
    this.#style = style;
  }

  /**
   * The text for a message, with control sequences (ECMA-48: CUU, CUD, EL) on a terminal.
   *
   * @throws IMAGE_PULL_FAILED when the message is an error
   */
  render(message: Fields): string {
    const failure = failureOf(message);
    if (failure !== '') throw new BerthError('IMAGE_PULL_FAILED', { message: failure });
    const stream = optionalText(message, 'stream');
    if (stream !== '') return stream;
    const id = optionalText(message, 'id');
    const status = optionalText(message, 'status');
    const detail = fieldsAt(message, 'progressDetail');
    const current = optionalNumber(detail, 'current');
    if (this.#style === 'lines') {
      if (current > 0 || status === '') return '';
      return id === '' ? `${status}\n` : `${id}: ${status}\n`;
    }
    if (id === '') {
      this.#lines = [];
      return status === '' ? '' : `${status}\n`;
    }
    const bar = current > 0 ? ` ${progressBar(current, optionalNumber(detail, 'total'))}` : '';
    return this.#inPlace(id, `${id}: ${status}${bar}`);
  }

  #inPlace(id: string, text: string): string {
    const at = this.#lines.indexOf(id);
    if (at < 0) {
      this.#lines.push(id);
      return `${text}\n`;
    }
    const up = this.#lines.length - at;
    const down = up > 1 ? `\u001b[${up - 1}B` : '';
    return `\u001b[${up}A\u001b[2K\r${text}\n${down}`;
  }
}

import { textWidth } from '../ui/text-width.ts';
import type { TextStyle } from './text-style.ts';
import { wrap } from './wrap.ts';

/** Columns of the labels, with the blank behind them. */
const labelColumns = 8;

/** A text behind a label; further lines of it go on below itself. */
export function labelled(
  {
    label,
    text,
    indent,
  }: { readonly label: string; readonly text: string; readonly indent: number },
  { paint, width }: TextStyle,
): readonly string[] {
  const [first = '', ...more] = wrap(text, width - indent - labelColumns);
  const margin = ' '.repeat(indent);
  const gap = ' '.repeat(Math.max(1, labelColumns - textWidth(label)));
  return [
    `${margin}${paint('dim', label)}${gap}${first}`,
    ...more.map((line) => `${margin}${' '.repeat(labelColumns)}${line}`),
  ];
}

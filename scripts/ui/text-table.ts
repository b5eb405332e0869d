import { textWidth } from './text-width.ts';

/** A column: its heading, and what stands under it for a row. */
export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string;
}

/** How far apart columns are, in columns of a terminal. */
export interface TableSpacing {
  readonly gap: number;
  /** No column is narrower than this, its gap included. */
  readonly narrowest?: number;
}

/** Lines of cells that stand under each other; columns fit their widest cell as a terminal shows it. */
export function alignedLines(
  rows: readonly (readonly string[])[],
  { gap, narrowest = 0 }: TableSpacing = { gap: 2 },
): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_none, index) =>
    Math.max(narrowest, ...rows.map((row) => textWidth(row[index] ?? '') + gap)),
  );
  const padded = (cell: string, index: number): string =>
    cell + ' '.repeat((widths[index] ?? 0) - textWidth(cell));
  return rows.map((row) => row.map(padded).join('').trimEnd());
}

/** A table with headings, each line with its line feed. */
export function textTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  spacing?: TableSpacing,
): string {
  const cells = [
    columns.map(({ heading }) => heading),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  return alignedLines(cells, spacing)
    .map((line) => `${line}\n`)
    .join('');
}

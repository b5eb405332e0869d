/** A column of a table: its heading, and what stands under it for a row. */
export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string;
}

/** As Docker's tables: three spaces between columns, and no column narrower than ten with them. */
const gap = 3;
const narrowest = 10;

const widthOf = (text: string): number => Array.from(text).length;

/** Lines of a table with headings, each with its line feed. */
export function renderTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map((column) => column.heading),
    ...rows.map((row) => columns.map((column) => column.cell(row))),
  ];
  const widths = columns.map((_column, index) =>
    Math.max(narrowest, ...lines.map((line) => widthOf(line[index] ?? '') + gap)),
  );
  const pad = (cell: string, index: number): string =>
    index === columns.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell));
  return lines.map((line) => `${line.map(pad).join('')}\n`).join('');
}

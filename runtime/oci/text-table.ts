/** Columns are at least as wide as runc's, three blanks apart. */
const minimum = 12;
const gap = 3;

/** Rows as lines of columns, the first row being the head. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) =>
    Math.max(minimum, ...rows.map((row) => (row[column]?.length ?? 0) + gap)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('');
  return rows.map((row) => `${line(row)}\n`).join('');
}

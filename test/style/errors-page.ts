import { format } from 'prettier';
import type { ErrorEntry } from '../../runtime/errors/areas/area.ts';
import { catalogue } from '../../runtime/errors/catalogue.ts';

const introduction = `# Errors

Every error of berth has a code that stays the same from version to version. The command line prints it with the
message and what to do next; the API sends it as \`code\` beside Docker's \`message\`. This page is made from the
catalogue (\`runtime/errors/areas/\`): \`npm test -- --project style --update\` writes it anew.

| code | HTTP status | exit code | meaning |
| --- | --- | --- | --- |
`;

/** The text of docs/errors.md: a line for each code, by name, as the formatter leaves it. */
export async function errorsPage(): Promise<string> {
  const entries: readonly (readonly [string, ErrorEntry])[] = Object.entries(catalogue);
  const lines = entries
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { http, exit, meaning }]) => {
      const text = meaning.replaceAll('|', String.raw`\|`);
      return `| \`${code}\` | ${http} | ${exit} | ${text} |\n`;
    });
  return format(introduction + lines.join(''), { parser: 'markdown', printWidth: 100 });
}

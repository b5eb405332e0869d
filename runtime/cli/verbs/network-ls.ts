import { Option } from 'commander';
import { type Fields, fieldsOf, flagAt, listOf, optionalText, textAt } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { filtersQuery } from '../filters.ts';
import { jsonRows, prettyJson } from '../formats.ts';
import { renderTable } from '../render/table.ts';
import { shortId } from '../render/text.ts';
import { defineVerb } from '../verb.ts';

interface NetworkLsOptions {
  readonly quiet?: true;
  /** `--no-trunc` sets it to false. */
  readonly trunc: boolean;
  readonly filter?: readonly string[];
  readonly format?: 'json' | 'table';
  readonly json?: true;
}

/** A row with the keys of `docker network ls --format json`. */
function jsonRow(fields: Fields, id: string): Readonly<Record<string, string>> {
  const labels = Object.entries(fieldsOf(fields['Labels'] ?? {}, 'Labels'));
  return {
    CreatedAt: optionalText(fields, 'Created'),
    Driver: textAt(fields, 'Driver'),
    ID: id,
    // Engines before API 1.48 have no network without it.
    IPv4: String(fields['EnableIPv4'] !== false),
    IPv6: String(flagAt(fields, 'EnableIPv6')),
    Internal: String(flagAt(fields, 'Internal')),
    Labels: labels.map(([name, value]) => `${name}=${String(value)}`).join(','),
    Name: textAt(fields, 'Name'),
    Scope: optionalText(fields, 'Scope'),
  };
}

const compareNames = (left: Fields, right: Fields): number =>
  textAt(left, 'Name') < textAt(right, 'Name') ? -1 : 1;

/** `berth network ls`: lists networks. */
export const networkLs = defineVerb<NetworkLsOptions>({
  define: (command) => {
    command
      .option('-q, --quiet', 'print ids only')
      .option('--no-trunc', 'do not shorten ids')
      .addOption(new Option('-f, --filter <name=value>', 'show what matches').argParser(collect))
      .addOption(
        new Option('--format <format>', 'json prints a row a line').choices(['json', 'table']),
      )
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, options }) => {
    const { output } = context.console;
    const query = { filters: filtersQuery(options.filter) };
    const answer = await client.json({ method: 'GET', path: '/networks', query });
    const rows = listOf(answer, 'networks')
      .map((each) => fieldsOf(each, 'network'))
      .toSorted(compareNames);
    const idOf = (row: Fields): string =>
      options.trunc ? shortId(textAt(row, 'Id')) : textAt(row, 'Id');
    if (options.json) await output.write(prettyJson(answer));
    else if (options.quiet) await output.write(rows.map((row) => `${idOf(row)}\n`).join(''));
    else if (options.format === 'json')
      await output.write(jsonRows(rows.map((row) => jsonRow(row, idOf(row)))));
    else {
      const columns = [
        { heading: 'NETWORK ID', cell: idOf },
        { heading: 'NAME', cell: (row: Fields) => textAt(row, 'Name') },
        { heading: 'DRIVER', cell: (row: Fields) => textAt(row, 'Driver') },
        { heading: 'SCOPE', cell: (row: Fields) => optionalText(row, 'Scope') },
      ];
      await output.write(renderTable(columns, rows));
    }
    return 0;
  },
});

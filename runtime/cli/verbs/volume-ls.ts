import { Option } from 'commander';
import { type Fields, fieldsOf, listOf, optionalText, textAt } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { filtersQuery } from '../filters.ts';
import { jsonRows, prettyJson } from '../formats.ts';
import { renderTable } from '../render/table.ts';
import { defineVerb } from '../verb.ts';

interface VolumeLsOptions {
  readonly quiet?: true;
  readonly filter?: readonly string[];
  readonly format?: 'json' | 'table';
  readonly json?: true;
}

/** A row with the keys of `docker volume ls --format json`. */
function jsonRow(fields: Fields): Readonly<Record<string, string>> {
  const labels = Object.entries(fieldsOf(fields['Labels'] ?? {}, 'Labels'));
  return {
    Availability: 'N/A',
    Driver: textAt(fields, 'Driver'),
    Group: 'N/A',
    Labels: labels.map(([name, value]) => `${name}=${String(value)}`).join(','),
    Links: 'N/A',
    Mountpoint: optionalText(fields, 'Mountpoint'),
    Name: textAt(fields, 'Name'),
    Scope: optionalText(fields, 'Scope'),
    Size: 'N/A',
    Status: 'N/A',
  };
}

/** `berth volume ls`: lists volumes. */
export const volumeLs = defineVerb<VolumeLsOptions>({
  define: (command) => {
    command
      .option('-q, --quiet', 'print names only')
      .addOption(new Option('-f, --filter <name=value>', 'show what matches').argParser(collect))
      .addOption(
        new Option('--format <format>', 'json prints a row a line').choices(['json', 'table']),
      )
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, options }) => {
    const { output } = context.console;
    const query = { filters: filtersQuery(options.filter) };
    const answer = await client.json({ method: 'GET', path: '/volumes', query });
    const volumes = fieldsOf(answer, 'volumes')['Volumes'];
    const rows = listOf(volumes, 'Volumes').map((each) => fieldsOf(each, 'volume'));
    if (options.json) await output.write(prettyJson(answer));
    else if (options.quiet)
      await output.write(rows.map((row) => `${textAt(row, 'Name')}\n`).join(''));
    else if (options.format === 'json') await output.write(jsonRows(rows.map(jsonRow)));
    else {
      const columns = [
        { heading: 'DRIVER', cell: (row: Fields) => textAt(row, 'Driver') },
        { heading: 'VOLUME NAME', cell: (row: Fields) => textAt(row, 'Name') },
      ];
      await output.write(renderTable(columns, rows));
    }
    return 0;
  },
});

import { Option } from 'commander';
import type { Fields } from '../client/fields.ts';
import { fieldsOf, flagAt, listOf, optionalNumber, optionalText } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { parseInteger } from '../create/sizes.ts';
import { registryAuth } from '../credentials/auth-header.ts';
import { filtersQuery } from '../filters.ts';
import { jsonRows, prettyJson } from '../formats.ts';
import type { Column } from '../render/table.ts';
import { renderTable } from '../render/table.ts';
import { ellipsis } from '../render/text.ts';
import { defineVerb } from '../verb.ts';

interface SearchOptions {
  readonly filter?: readonly string[];
  readonly limit?: string;
  readonly trunc: boolean;
  readonly format?: 'json' | 'table';
  readonly json?: true;
}

function descriptionOf(found: Fields, { trunc }: SearchOptions): string {
  const description = optionalText(found, 'description').replaceAll(/[\r\n]/g, ' ');
  return trunc ? ellipsis(description, 45) : description;
}

function columns(options: SearchOptions): readonly Column<Fields>[] {
  return [
    { heading: 'NAME', cell: (found) => optionalText(found, 'name') },
    { heading: 'DESCRIPTION', cell: (found) => descriptionOf(found, options) },
    { heading: 'STARS', cell: (found) => String(optionalNumber(found, 'star_count')) },
    { heading: 'OFFICIAL', cell: (found) => (flagAt(found, 'is_official') ? '[OK]' : '') },
  ];
}

function jsonOf(found: Fields, options: SearchOptions): Readonly<Record<string, string>> {
  return {
    Description: descriptionOf(found, options),
    IsOfficial: String(flagAt(found, 'is_official')),
    Name: optionalText(found, 'name'),
    StarCount: String(optionalNumber(found, 'star_count')),
  };
}

/** `berth search`: searches Docker Hub, or the registry that the term begins with. */
export const search = defineVerb<SearchOptions>({
  define: (command) => {
    command
      .argument('<term>', 'what to look for, such as nginx or registry:5000/nginx')
      .option('--limit <number>', 'at most so many')
      .option('--no-trunc', 'do not shorten descriptions')
      .addOption(new Option('-f, --filter <name=value>', 'show what matches').argParser(collect))
      .addOption(
        new Option('--format <format>', 'json prints a row a line').choices(['json', 'table']),
      )
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, args, options }) => {
    const { output } = context.console;
    const [term = ''] = args;
    const { limit, filter } = options;
    const answer = await client.json({
      method: 'GET',
      path: '/images/search',
      query: {
        term,
        limit: limit === undefined ? undefined : parseInteger('--limit', limit),
        filters: filtersQuery(filter),
      },
      headers: await registryAuth(context, term),
    });
    const found = listOf(answer, 'results').map((each) => fieldsOf(each, 'result'));
    if (options.json) await output.write(prettyJson(answer));
    else if (options.format === 'json') {
      await output.write(jsonRows(found.map((each) => jsonOf(each, options))));
    } else await output.write(renderTable(columns(options), found));
    return 0;
  },
});

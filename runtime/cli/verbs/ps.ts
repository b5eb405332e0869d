import { containerRows } from '../client/containers.ts';
import { filtersQuery } from '../filters.ts';
import type { ListOptions } from '../formats.ts';
import { defineListOptions, jsonRows, prettyJson } from '../formats.ts';
import { containerColumns, containerJson } from '../render/container-table.ts';
import { renderTable } from '../render/table.ts';
import { parseInteger } from '../create/sizes.ts';
import { defineVerb } from '../verb.ts';

interface PsOptions extends ListOptions {
  readonly last?: string;
  readonly latest?: true;
  readonly size?: true;
}

function limitOf(options: PsOptions): number | undefined {
  if (options.latest) return 1;
  return options.last === undefined ? undefined : parseInteger('--last', options.last);
}

/** `berth ps`: lists containers. */
export const ps = defineVerb<PsOptions>({
  define: (command) => {
    defineListOptions(command);
    command
      .option('-n, --last <number>', 'show the containers made last, whatever their state')
      .option('-l, --latest', 'show the container made last')
      .option('-s, --size', 'show sizes');
  },
  run: async ({ context, client, options }) => {
    const { output } = context.console;
    const answer = await client.json({
      method: 'GET',
      path: '/containers/json',
      query: {
        all: options.all === true ? 1 : undefined,
        limit: limitOf(options),
        size: options.size === true ? 1 : undefined,
        filters: filtersQuery(options.filter),
      },
    });
    if (options.json) {
      await output.write(prettyJson(answer));
      return 0;
    }
    const rows = containerRows(answer);
    const table = {
      nowMs: context.clock.now(),
      ids: options.trunc ? 'short' : 'whole',
      sizes: options.size === true ? 'shown' : 'hidden',
    } as const;
    const columns = containerColumns(table);
    if (options.quiet) {
      await output.write(rows.map((row) => `${columns[0]?.cell(row) ?? row.id}\n`).join(''));
    } else if (options.format === 'json') {
      await output.write(jsonRows(rows.map((row) => containerJson(row, table))));
    } else {
      await output.write(renderTable(columns, rows));
    }
    return 0;
  },
});

import { imageRows } from '../client/images.ts';
import { filtersQuery } from '../filters.ts';
import type { ListOptions } from '../formats.ts';
import { defineListOptions, jsonRows, prettyJson } from '../formats.ts';
import { imageColumns, imageJson } from '../render/image-table.ts';
import { renderTable } from '../render/table.ts';
import { shortId } from '../render/text.ts';
import { defineVerb } from '../verb.ts';

interface ImagesOptions extends ListOptions {
  readonly digests?: true;
}

/** `berth images`: lists images. */
export const images = defineVerb<ImagesOptions>({
  define: (command) => {
    command.argument('[repository[:tag]]', 'show only these');
    defineListOptions(command);
    command.option('--digests', 'show digests');
  },
  run: async ({ context, client, args, options }) => {
    const { output } = context.console;
    const [reference] = args;
    const filters = [
      ...(options.filter ?? []),
      ...(reference === undefined ? [] : [`reference=${reference}`]),
    ];
    const answer = await client.json({
      method: 'GET',
      path: '/images/json',
      query: { all: options.all === true ? 1 : undefined, filters: filtersQuery(filters) },
    });
    if (options.json) {
      await output.write(prettyJson(answer));
      return 0;
    }
    const rows = imageRows(answer);
    const table = {
      nowMs: context.clock.now(),
      ids: options.trunc ? 'short' : 'whole',
      digests: options.digests === true ? 'shown' : 'hidden',
    } as const;
    if (options.quiet) {
      await output.write(rows.map(({ id }) => `${options.trunc ? shortId(id) : id}\n`).join(''));
    } else if (options.format === 'json') {
      await output.write(jsonRows(rows.map((row) => imageJson(row, table))));
    } else {
      await output.write(renderTable(imageColumns(table), rows));
    }
    return 0;
  },
});

import { imageRows } from '../client/images.ts';
import { jsonRows, prettyJson } from '../formats.ts';
import type { ImagesOptions } from '../images-options.ts';
import { defineImagesOptions, imagesQuery } from '../images-options.ts';
import { imageColumns, imageJson } from '../render/image-table.ts';
import { renderTable } from '../render/table.ts';
import { shortId } from '../render/text.ts';
import { defineVerb } from '../verb.ts';

/** `berth images`: lists images. */
export const images = defineVerb<ImagesOptions>({
  define: defineImagesOptions,
  run: async (input) => {
    const { context, client, args, options } = input;
    if (options.tree) {
      const { showImageTree } = await import('./image-tree.ts');
      return showImageTree(input);
    }
    const { output } = context.console;
    const query = imagesQuery(args, options);
    const answer = await client.json({ method: 'GET', path: '/images/json', query });
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

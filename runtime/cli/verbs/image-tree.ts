import { treeImages } from '../client/image-tree.ts';
import { prettyJson } from '../formats.ts';
import type { ImagesOptions } from '../images-options.ts';
import { defineImagesOptions, imagesQuery } from '../images-options.ts';
import { renderImageTree } from '../render/image-tree.ts';
import type { VerbInput } from '../verb.ts';
import { defineVerb } from '../verb.ts';

/** Lists images with their platforms; an image whose platforms the daemon does not tell has a line of its own. */
export async function showImageTree(input: VerbInput<ImagesOptions>): Promise<number> {
  const { context, client, args, options } = input;
  // Older daemons than API 1.47 do not know `manifests`, and leave it unread.
  const query = { ...imagesQuery(args, options), manifests: 1 };
  const answer = await client.json({ method: 'GET', path: '/images/json', query });
  const ids = options.trunc ? 'short' : 'whole';
  const text = options.json ? prettyJson(answer) : renderImageTree(treeImages(answer), ids);
  await context.console.output.write(text);
  return 0;
}

/** `berth image tree`: as `berth images --tree`. */
export const imageTree = defineVerb<ImagesOptions>({
  define: defineImagesOptions,
  run: showImageTree,
});

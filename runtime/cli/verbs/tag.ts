import { segment } from '../client/client.ts';
import { splitImageName } from '../client/reference.ts';
import { defineVerb } from '../verb.ts';

/** `berth tag`: gives an image one more name. */
export const tag = defineVerb({
  define: (command) => {
    command.argument('<source>', 'image').argument('<target>', 'new name, with or without a tag');
  },
  run: async ({ client, args }) => {
    const [source = '', target = ''] = args;
    const { name, tag: newTag } = splitImageName(target);
    const path = `/images/${segment(source)}/tag`;
    await client.text({ method: 'POST', path, query: { repo: name, tag: newTag } });
    return 0;
  },
});

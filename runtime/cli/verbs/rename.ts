import { segment } from '../client/client.ts';
import { defineVerb } from '../verb.ts';

/** `berth rename`: gives a container another name. */
export const rename = defineVerb({
  define: (command) => {
    command.argument('<container>', 'container').argument('<name>', 'its new name');
  },
  run: async ({ client, args }) => {
    const [container = '', name = ''] = args;
    const path = `/containers/${segment(container)}/rename`;
    await client.text({ method: 'POST', path, query: { name } });
    return 0;
  },
});

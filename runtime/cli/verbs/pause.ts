import { segment } from '../client/client.ts';
import { eachName } from '../each-name.ts';
import { defineVerb } from '../verb.ts';

/** `berth pause`: stops all processes of containers where they are. */
export const pause = defineVerb({
  define: (command) => {
    command.argument('<container...>', 'containers to pause');
  },
  run: ({ context, client, args }) =>
    eachName(context, args, async (name) => {
      await client.text({ method: 'POST', path: `/containers/${segment(name)}/pause` });
      return name;
    }),
});

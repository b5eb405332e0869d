import { segment } from '../client/client.ts';
import { eachName } from '../each-name.ts';
import { defineVerb } from '../verb.ts';

/** `berth unpause`: lets the processes of paused containers go on. */
export const unpause = defineVerb({
  define: (command) => {
    command.argument('<container...>', 'containers to let go on');
  },
  run: ({ context, client, args }) =>
    eachName(context, args, async (name) => {
      await client.text({ method: 'POST', path: `/containers/${segment(name)}/unpause` });
      return name;
    }),
});

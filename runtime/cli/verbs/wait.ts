import { eachName } from '../each-name.ts';
import { beginWait } from '../session/exit-wait.ts';
import { defineVerb } from '../verb.ts';

/** `berth wait`: waits until containers have stopped, and prints their exit codes. */
export const wait = defineVerb({
  define: (command) => {
    command.argument('<container...>', 'containers to wait for');
  },
  run: ({ context, client, args }) =>
    eachName(context, args, async (name) => {
      const { exitCode } = await beginWait(client, { containerId: name, condition: 'not-running' });
      return String(await exitCode);
    }),
});

import { eachName } from '../each-name.ts';
import { beginWait } from '../session/exit-wait.ts';
import { defineVerb } from '../verb.ts';

/** `berth wait`: waits until containers have stopped, and prints their exit codes. */
export const wait = defineVerb<{ readonly json?: true }>({
  define: (command) => {
    command
      .argument('<container...>', 'containers to wait for')
      .option('--json', "print the API's answer");
  },
  run: ({ context, client, args, options }) =>
    eachName(context, args, async (name) => {
      const { exitCode } = await beginWait(client, { containerId: name, condition: 'not-running' });
      const StatusCode = await exitCode;
      return options.json ? JSON.stringify({ StatusCode }) : String(StatusCode);
    }),
});

import { segment } from '../client/client.ts';
import { parseInteger } from '../create/sizes.ts';
import { eachName } from '../each-name.ts';
import { defineVerb } from '../verb.ts';

interface RestartOptions {
  readonly timeout?: string;
  readonly signal?: string;
}

/** `berth restart`: stops containers and starts them again. */
export const restart = defineVerb<RestartOptions>({
  define: (command) => {
    command
      .argument('<container...>', 'containers to restart')
      .option('-t, --timeout <seconds>', 'wait this long before killing (-1: for ever)')
      .option('-s, --signal <signal>', 'signal that asks the container to stop');
  },
  run: ({ context, client, args, options }) => {
    const { timeout, signal } = options;
    const t = timeout === undefined ? undefined : parseInteger('--timeout', timeout);
    return eachName(context, args, async (name) => {
      const path = `/containers/${segment(name)}/restart`;
      await client.text({ method: 'POST', path, query: { t, signal } });
      return name;
    });
  },
});

import { segment } from '../client/client.ts';
import { eachName } from '../each-name.ts';
import { defineVerb } from '../verb.ts';

interface KillOptions {
  readonly signal?: string;
}

/** `berth kill`: sends a signal to containers. */
export const kill = defineVerb<KillOptions>({
  define: (command) => {
    command
      .argument('<container...>', 'containers to signal')
      .option('-s, --signal <signal>', 'signal, by name or number (default KILL)');
  },
  run: ({ context, client, args, options }) =>
    eachName(context, args, async (name) => {
      const path = `/containers/${segment(name)}/kill`;
      await client.text({ method: 'POST', path, query: { signal: options.signal } });
      return name;
    }),
});

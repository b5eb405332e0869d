import { segment } from '../client/client.ts';
import { isApiStatus } from '../client/failure.ts';
import { eachName } from '../each-name.ts';
import { defineVerb } from '../verb.ts';

interface NetworkRmOptions {
  readonly force?: true;
}

/** `berth network rm`: removes networks that no container is connected to. */
export const networkRm = defineVerb<NetworkRmOptions>({
  define: (command) => {
    command
      .argument('<network...>', 'networks to remove')
      .option('-f, --force', 'one that is not there is no error');
  },
  run: ({ context, client, args, options }) =>
    eachName(context, args, async (name) => {
      try {
        await client.text({ method: 'DELETE', path: `/networks/${segment(name)}` });
      } catch (error) {
        if (options.force === undefined || !isApiStatus(error, 404)) throw error;
        return undefined;
      }
      return name;
    }),
});

import { segment } from '../client/client.ts';
import { defineVerb } from '../verb.ts';

interface NetworkDisconnectOptions {
  readonly force?: true;
}

/** `berth network disconnect`: disconnects a container from a network. */
export const networkDisconnect = defineVerb<NetworkDisconnectOptions>({
  define: (command) => {
    command
      .argument('<network>', 'network')
      .argument('<container>', 'container')
      .option('-f, --force', 'also what is left of a container that is gone');
  },
  run: async ({ client, args: [network = '', container = ''], options }) => {
    const body = { Container: container, Force: options.force ?? false };
    await client.text({ method: 'POST', path: `/networks/${segment(network)}/disconnect`, body });
    return 0;
  },
});

import { BerthError } from '../../errors/berth-error.ts';
import { segment } from '../client/client.ts';
import { eachName } from '../each-name.ts';
import { inspectContainer } from '../inspect-container.ts';
import { SignalRelay } from '../session/signal-relay.ts';
import type { AttachOptions } from '../session/stay-attached.ts';
import { requireTerminal, stayAttached } from '../session/stay-attached.ts';
import type { VerbInput } from '../verb.ts';
import { defineVerb } from '../verb.ts';

interface StartOptions extends AttachOptions {
  readonly attach?: true;
  readonly interactive?: true;
}

async function startAttached(input: VerbInput<StartOptions>, relay: SignalRelay): Promise<number> {
  const { context, client, args, options } = input;
  const [name = '', ...others] = args;
  if (others.length > 0) {
    throw new BerthError('OPTION_INVALID', {
      message: `start -a has ${args.length} containers, wanted one to attach to`,
      remedy: 'Start them without -a, or one at a time.',
    });
  }
  const { id, terminal, stdinOpen } = await inspectContainer(client, name);
  const streams = terminal ? 'terminal' : 'pipes';
  const from = options.interactive && stdinOpen ? 'console' : 'none';
  requireTerminal(context, { streams, input: from });
  return stayAttached({
    context,
    client,
    containerId: id,
    options,
    streams,
    input: from,
    until: 'next-exit',
    relay,
    begin: async () => {
      await client.text({ method: 'POST', path: `/containers/${segment(id)}/start` });
    },
  });
}

/** `berth start`: starts stopped containers. */
export const start = defineVerb<StartOptions>({
  define: (command) => {
    command
      .argument('<container...>', 'containers to start')
      .option('-a, --attach', 'stay with it, and show its output')
      .option('-i, --interactive', 'connect standard input too')
      .option('--detach-keys <keys>', 'keys that leave the terminal (default ctrl-p,ctrl-q)')
      .option('--sig-proxy <true|false>', 'pass signals on to the container', 'true');
  },
  run: async (input) => {
    const { context, client, args, options } = input;
    if (!options.attach && !options.interactive) {
      return eachName(context, args, async (name) => {
        await client.text({ method: 'POST', path: `/containers/${segment(name)}/start` });
        return name;
      });
    }
    const relay = new SignalRelay(context.console);
    try {
      return await startAttached(input, relay);
    } finally {
      relay.close();
    }
  },
});

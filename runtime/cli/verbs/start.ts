import { BerthError } from '../../errors/berth-error.ts';
import { type ApiCall, segment } from '../client/client.ts';
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
  readonly checkpoint?: string;
  readonly checkpointDir?: string;
}

/** The call that starts a container, from a checkpoint where one is named. */
function startCall(name: string, { checkpoint, checkpointDir }: StartOptions): ApiCall {
  const query = { checkpoint, 'checkpoint-dir': checkpointDir };
  return { method: 'POST', path: `/containers/${segment(name)}/start`, query };
}

function refuseSeveral(args: readonly string[], option: string): void {
  if (args.length <= 1) return;
  throw new BerthError('OPTION_INVALID', {
    message: `start ${option} has ${args.length} containers, wanted one`,
    remedy: `Start them without ${option}, or one at a time.`,
  });
}

async function startAttached(input: VerbInput<StartOptions>, relay: SignalRelay): Promise<number> {
  const { context, client, args, options } = input;
  const [name = ''] = args;
  refuseSeveral(args, '-a');
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
      await client.text(startCall(id, options));
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
      .option('--checkpoint <name>', 'go on from this checkpoint instead of the beginning')
      .option('--checkpoint-dir <path>', 'folder of checkpoints on the host of the engine')
      .option('--sig-proxy <true|false>', 'pass signals on to the container', 'true');
  },
  run: async (input) => {
    const { context, client, args, options } = input;
    if (options.checkpoint !== undefined) refuseSeveral(args, '--checkpoint');
    if (!options.attach && !options.interactive) {
      return eachName(context, args, async (name) => {
        await client.text(startCall(name, options));
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

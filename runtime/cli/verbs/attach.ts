import { BerthError } from '../../errors/berth-error.ts';
import { segment } from '../client/client.ts';
import { inspectContainer } from '../inspect-container.ts';
import { SignalRelay } from '../session/signal-relay.ts';
import type { AttachOptions } from '../session/stay-attached.ts';
import { requireTerminal, stayAttached } from '../session/stay-attached.ts';
import type { VerbInput } from '../verb.ts';
import { defineVerb } from '../verb.ts';

interface Options extends AttachOptions {
  /** `--no-stdin` sets it to false. */
  readonly stdin: boolean;
}

/** A terminal of the same size as before would not be redrawn: it is made one row higher first. */
async function nudgeTerminal({ context, client }: VerbInput<Options>, id: string): Promise<void> {
  const size = context.console.output.size();
  if (size === undefined) return;
  const path = `/containers/${segment(id)}/resize`;
  const query = { h: size.rows + 1, w: size.columns };
  await client.text({ method: 'POST', path, query }).catch(() => undefined);
}

async function attachTo(input: VerbInput<Options>, relay: SignalRelay): Promise<number> {
  const { context, client, args, options } = input;
  const [name = ''] = args;
  const container = await inspectContainer(client, name);
  if (!container.state.running || container.state.paused) {
    const state = container.state.paused ? 'paused' : 'not running';
    throw new BerthError('CONTAINER_NOT_ATTACHABLE', {
      message: `container '${name}' is ${state}, wanted a running one`,
      remedy: container.state.paused
        ? 'Unpause it first.'
        : `Start it with: berth start -a ${name}`,
    });
  }
  const streams = container.terminal ? 'terminal' : 'pipes';
  const from = container.stdinOpen && options.stdin ? 'console' : 'none';
  requireTerminal(context, { streams, input: from });
  return stayAttached({
    context,
    client,
    containerId: container.id,
    options,
    streams,
    input: from,
    until: 'not-running',
    relay,
    begin: () => (container.terminal ? nudgeTerminal(input, container.id) : Promise.resolve()),
  });
}

/** `berth attach`: connects this console to a running container. */
export const attach = defineVerb<Options>({
  define: (command) => {
    command
      .argument('<container>', 'container')
      .option('--no-stdin', 'do not connect standard input')
      .option('--detach-keys <keys>', 'keys that leave the terminal (default ctrl-p,ctrl-q)')
      .option('--sig-proxy <true|false>', 'pass signals on to the container', 'true');
  },
  run: async (input) => {
    const relay = new SignalRelay(input.context.console);
    try {
      return await attachTo(input, relay);
    } finally {
      relay.close();
    }
  },
});

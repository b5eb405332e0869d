import { BerthError } from '../../errors/berth-error.ts';
import { segment } from '../client/client.ts';
import { attachedStreams } from '../create/attached-streams.ts';
import { createContainer } from '../create/create-container.ts';
import { optionError } from '../create/option-error.ts';
import type { RunOptions } from '../create/run-options.ts';
import { defineRunOptions } from '../create/run-options.ts';
import { showError } from '../render/show-error.ts';
import { parseDetachKeys } from '../session/detach-keys.ts';
import { runExitCode } from '../session/run-exit.ts';
import { SignalRelay } from '../session/signal-relay.ts';
import { requireTerminal, stayAttached } from '../session/stay-attached.ts';
import type { VerbInput } from '../verb.ts';
import { defineVerb } from '../verb.ts';

type Input = VerbInput<RunOptions>;

/** Takes back what was made. That it cannot be is no second error: the first one is what counts. */
async function discard({ client }: Input, id: string): Promise<void> {
  const path = `/containers/${segment(id)}`;
  await client.text({ method: 'DELETE', path, query: { force: 1, v: 1 } }).catch(() => undefined);
}

/** Does it, or leaves nothing half-made. `start` is called once everything is attached. */
async function startAndStay(
  input: Input,
  containerId: string,
  { relay, start }: { readonly relay: SignalRelay; readonly start: () => Promise<void> },
): Promise<number> {
  const { context, client, options } = input;
  if (options.detach) {
    await start();
    await context.console.output.write(`${containerId}\n`);
    return 0;
  }
  const { output } = attachedStreams(options);
  // Nothing else would tell which container it is.
  if (output.length === 0) await context.console.output.write(`${containerId}\n`);
  return stayAttached({
    context,
    client,
    containerId,
    options,
    output,
    streams: options.tty ? 'terminal' : 'pipes',
    input: options.interactive ? 'console' : 'none',
    until: options.rm ? 'removed' : 'next-exit',
    relay,
    begin: start,
  });
}

/** What can be refused before anything is made, is. */
function checkFirst({ context, options }: Input): void {
  parseDetachKeys(options.detachKeys ?? '');
  attachedStreams(options);
  if (options.detach) {
    if (options.attach === undefined) return;
    throw optionError('--attach', options.attach.join(), {
      wanted: 'either it or --detach',
      example: 'stdout',
    });
  }
  const streams = options.tty ? 'terminal' : 'pipes';
  requireTerminal(context, { streams, input: options.interactive ? 'console' : 'none' });
}

async function runContainer(input: Input, relay: SignalRelay): Promise<number> {
  checkFirst(input);
  const id = await createContainer(input, relay.interrupted);
  const progress = { running: false };
  const start = async (): Promise<void> => {
    relay.interrupted.throwIfAborted();
    const path = `/containers/${segment(id)}/start`;
    await input.client.text({ method: 'POST', path, signal: relay.interrupted });
    progress.running = true;
  };
  try {
    return await startAndStay(input, id, { relay, start });
  } catch (error) {
    // Docker's daemon removes a --rm container that did not start by itself; nobody else's need do so.
    if (relay.interrupted.aborted || (input.options.rm && !progress.running))
      await discard(input, id);
    throw error;
  }
}

/** `berth run`: makes a container, starts it, and stays with it. Exit codes as `docker run`. */
export const run = defineVerb<RunOptions>({
  define: defineRunOptions,
  run: async (input) => {
    const relay = new SignalRelay(input.context.console);
    try {
      return await runContainer(input, relay);
    } catch (thrown) {
      const error: unknown = relay.interrupted.aborted ? relay.interrupted.reason : thrown;
      if (!(error instanceof BerthError)) throw error;
      await showError(input.context, error);
      return runExitCode(error);
    } finally {
      relay.close();
    }
  },
});

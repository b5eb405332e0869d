import { BerthError } from '../../errors/berth-error.ts';
import type { ApiClient } from '../client/client.ts';
import type { EngineContext } from '../context.ts';
import { defaultDetachKeys, parseDetachKeys } from './detach-keys.ts';
import type { WaitCondition } from './exit-wait.ts';
import { runSession } from './session.ts';
import type { SignalRelay } from './signal-relay.ts';

/** Options of the verbs that attach: run, start and attach. */
export interface AttachOptions {
  readonly detachKeys?: string;
  /** `false` keeps signals from the container. */
  readonly sigProxy?: 'true' | 'false';
}

/** What a verb attaches to, and how. */
export interface Attachment {
  readonly context: EngineContext;
  readonly client: ApiClient;
  readonly containerId: string;
  readonly options: AttachOptions;
  readonly streams: 'terminal' | 'pipes';
  readonly input: 'none' | 'console';
  /** What of its output is shown; all of it when left out. */
  readonly output?: readonly ('stdout' | 'stderr')[];
  readonly until: WaitCondition;
  readonly relay: SignalRelay;
  readonly begin: () => Promise<void>;
}

/**
 * Makes sure that a container with a terminal gets its input from one.
 *
 * @throws TERMINAL_MISSING
 */
export function requireTerminal(
  context: EngineContext,
  { streams, input }: Pick<Attachment, 'streams' | 'input'>,
): void {
  if (streams === 'pipes' || input === 'none' || context.console.input.isTerminal) return;
  throw new BerthError('TERMINAL_MISSING', {
    message: 'standard input is not a terminal, wanted one for a container with a terminal',
    remedy: 'Leave out -t when the input comes from a pipe or file.',
  });
}

/**
 * Attaches, begins, and stays until the end. Resolves with the exit code: the container's own, or 0 when the user
 * detached.
 *
 * @throws OPTION_INVALID for bad detach keys, and what runSession throws
 */
export async function stayAttached(attachment: Attachment): Promise<number> {
  const { context, options, streams } = attachment;
  const { detachKeys, sigProxy } = options;
  const end = await runSession({
    console: context.console,
    client: attachment.client,
    containerId: attachment.containerId,
    streams,
    input: attachment.input,
    output: attachment.output,
    detachKeys,
    // Without a terminal the bytes are data, and no keys.
    detachBytes: parseDetachKeys(streams === 'terminal' ? (detachKeys ?? defaultDetachKeys) : ''),
    until: attachment.until,
    relay: attachment.relay,
    signals: sigProxy === 'false' ? 'ignored' : 'passed-on',
    begin: attachment.begin,
  });
  if (end.kind === 'exited') return end.exitCode;
  if (end.kind === 'detached') return 0;
  await context.console.errors.write('berth: left after three signals; the container may run on\n');
  return 1;
}

import { BerthError } from '../errors/berth-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { ConsoleOutput } from '../host/console.ts';
import { jsonMessages } from './client/json-messages.ts';
import type { EngineContext } from './context.ts';
import { ProgressLines, TerminalProgress } from './render/progress.ts';
import { progressMessage } from './render/progress-message.ts';

/** Where progress is shown, and what an error in it is. */
export interface ProgressPlace {
  readonly clock: EngineContext['clock'];
  /** `undefined`: nothing is shown. */
  readonly output: ConsoleOutput | undefined;
  readonly failure: ErrorCode;
}

/** Shows the messages of a stream to its end. Throws `failure` for an error in it. */
export async function showProgress(
  messages: AsyncIterable<Uint8Array>,
  { output, clock, failure }: ProgressPlace,
): Promise<void> {
  const view =
    output?.isTerminal === true
      ? new TerminalProgress({ size: () => output.size(), nowMs: () => clock.now() })
      : new ProgressLines();
  const write = async (text: string): Promise<void> => {
    if (text !== '') await output?.write(text);
  };
  try {
    for await (const fields of jsonMessages(messages)) {
      const message = progressMessage(fields);
      if (message.kind === 'failure') {
        throw new BerthError(failure, {
          message: message.message,
          ...(message.remedy === '' ? {} : { remedy: message.remedy }),
        });
      }
      await write(view.show(message));
    }
  } finally {
    // The last state stays on the screen, below it the error.
    await write(view.end()).catch(() => undefined);
  }
}

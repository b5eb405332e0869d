import { BerthError } from '../../errors/berth-error.ts';
import type { Console } from '../../host/console.ts';
import { StdcopyParser } from '../client/stdcopy.ts';

/** How a container's output comes: multiplexed, or raw when it has a terminal. */
export type OutputFormat = 'multiplexed' | 'raw';

/**
 * Writes a container's output to the console until it ends. Waits for a slow console, and so makes the daemon wait.
 *
 * @throws API_STREAM_BROKEN when it ends in the middle of a frame
 * @throws API_ERROR with the daemon's own words, when it reports an error in the stream
 */
export async function pumpOutput(
  source: AsyncIterable<Uint8Array>,
  console: Pick<Console, 'output' | 'errors'>,
  format: OutputFormat,
): Promise<void> {
  if (format === 'raw') {
    for await (const chunk of source) await console.output.write(chunk);
    return;
  }
  const parser = new StdcopyParser();
  for await (const chunk of source) {
    for (const { stream, data } of parser.push(chunk)) {
      if (stream === 'system') {
        throw new BerthError('API_ERROR', { message: new TextDecoder().decode(data) });
      }
      await (stream === 'stderr' ? console.errors : console.output).write(data);
    }
  }
  parser.end();
}

import type { ConsoleOutput, TerminalSize } from '../../host/console.ts';
import type { ApiClient } from '../client/client.ts';

/**
 * Keeps the size of a terminal that of the console, from now until the returned function is called. That it does not
 * work is no reason to end a session: the program may just have exited.
 *
 * @param path of the container or exec instance in the API
 */
export function followTerminalSize(
  client: ApiClient,
  path: string,
  output: ConsoleOutput,
): () => void {
  // One after the other, so that the last size wins.
  let last = Promise.resolve();
  const send = ({ rows, columns }: TerminalSize): void => {
    last = last
      .then(() =>
        client.text({ method: 'POST', path: `${path}/resize`, query: { h: rows, w: columns } }),
      )
      .then(
        () => undefined,
        () => undefined,
      );
  };
  const sendCurrent = (): void => {
    const size = output.size();
    if (size !== undefined) send(size);
  };
  sendCurrent();
  return output.onResize(sendCurrent);
}

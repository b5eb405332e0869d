import type { ConsoleOutput, TerminalSize } from '../../host/console.ts';
import type { ApiClient } from '../client/client.ts';
import { segment } from '../client/client.ts';

/**
 * Keeps the size of a container's terminal that of the console, from now until the returned function is called.
 * That it does not work is no reason to end a session: the container may just have exited.
 */
export function followTerminalSize(
  client: ApiClient,
  containerId: string,
  output: ConsoleOutput,
): () => void {
  const path = `/containers/${segment(containerId)}/resize`;
  // One after the other, so that the last size wins.
  let last = Promise.resolve();
  const send = ({ rows, columns }: TerminalSize): void => {
    last = last
      .then(() => client.text({ method: 'POST', path, query: { h: rows, w: columns } }))
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

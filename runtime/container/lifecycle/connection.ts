import type { MonitorConnection } from '../ports.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';
import { recordExit } from './record-exit.ts';

/**
 * Connects to a container's monitor, and from then on hears of its output and its end. `undefined`: no monitor lives.
 */
export async function connectTo(
  state: EngineState,
  container: Container,
): Promise<MonitorConnection | undefined> {
  const connection = await state.ports.runtime.connect(state.folder(container).runFolder);
  if (connection === undefined) return undefined;
  container.connection = connection;
  container.dying = false;
  connection.onOutput(() => {
    container.output.emit(undefined);
  });
  // A program that closes its standard input, or ends, makes writes to it fail: that is the program's affair.
  connection.stdin.on('error', () => undefined);
  // Every attached client listens for itself.
  connection.stdin.setMaxListeners(0);
  connection.closed
    .then(() =>
      container.queue.run(async () => {
        if (container.connection === connection) await recordExit(state, container);
      }),
    )
    .catch((problem: unknown) => {
      state.ports.report(problem);
    });
  return connection;
}

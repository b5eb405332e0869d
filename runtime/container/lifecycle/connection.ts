import { keepLog } from '../log-drivers/keep-log.ts';
import type { MonitorConnection } from '../ports.ts';
import { outOfMemory } from '../model/container-state.ts';
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
  tellOfLostOutput(state, container, connection);
  connection.onOutOfMemory(() => {
    recordOutOfMemory(state, container, connection).catch((problem: unknown) => {
      state.ports.report(problem);
    });
  });
  keepLog(state, container, 'turn');
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

/** Takes note that the kernel has killed a process: the program itself may go on. */
function recordOutOfMemory(
  state: EngineState,
  container: Container,
  connection: MonitorConnection,
): Promise<void> {
  return container.queue.run(async () => {
    if (container.connection !== connection) return;
    const { record } = container;
    if (!record.state.oomKilled)
      await state.saveIfPossible(container, { ...record, state: outOfMemory(record.state) });
    state.announce(container, 'oom');
  });
}

const lostAgainMs = 60_000;

/** On a full disk each piece of output is lost, and berthd's log is most often on that disk: it is told once a minute. */
function tellOfLostOutput(
  { ports }: EngineState,
  { id }: Container,
  connection: MonitorConnection,
): void {
  let toldAt = -Infinity;
  connection.onLostOutput(() => {
    const now = ports.clock.now();
    if (now < toldAt + lostAgainMs) return;
    toldAt = now;
    ports.notice('output of a container could not be written to its log, and is lost', {
      container: id,
    });
  });
}

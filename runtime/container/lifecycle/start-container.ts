import { BerthError } from '../../errors/berth-error.ts';
import { isLive, started, startFailed } from '../model/container-state.ts';
import { SIGKILL } from '../model/signals.ts';
import type { Container } from './container.ts';
import { connectTo } from './connection.ts';
import { dispose } from './dispose.ts';
import type { EngineState } from './engine-state.ts';
import { startFailureOf } from './exit-status.ts';
import { prepareStart } from './prepare-start.ts';
import { recordExit } from './record-exit.ts';

const prefix = 'failed to create task for container';

/**
 * Starts a container's program.
 *
 * @throws CONTAINER_ALREADY_IN_STATE it runs; CONTAINER_BEING_REMOVED; EXEC_NOT_FOUND, EXEC_NOT_EXECUTABLE with
 *   Docker's words; CONTAINER_USER_NOT_FOUND; what `ContainerRuntime.start` throws
 */
export function startContainer(state: EngineState, container: Container): Promise<void> {
  return container.queue.run(async () => {
    refuseUnlessStartable(container);
    try {
      await launch(state, container);
    } catch (thrown) {
      const program = container.record.config.Entrypoint?.[0] ?? container.record.config.Cmd?.[0];
      const failure = startFailureOf(thrown, { program: program ?? '', prefix });
      const next = startFailed(container.record.state, {
        exitCode: failure.exitCode,
        error: failure.message,
      });
      container.record = { ...container.record, state: next };
      container.turns.emit({ kind: 'start-failed' });
      // Docker's client waits for the removal before it shows the error.
      if (container.record.hostConfig.AutoRemove) await dispose(state, container);
      else await state.records.save(container.record);
      throw failure.error;
    }
  });
}

function refuseUnlessStartable(container: Container): void {
  const { status } = container.record.state;
  if (isLive(container.record.state)) {
    throw new BerthError('CONTAINER_ALREADY_IN_STATE', {
      message: 'container is already started',
      details: { status },
    });
  }
  if (container.removing || status === 'dead') {
    throw new BerthError('CONTAINER_BEING_REMOVED', {
      message: 'container is marked for removal and cannot be started',
      remedy: 'Create another container.',
      details: { container: container.id },
    });
  }
}

/** Prepares everything, executes the program, and records that it runs. */
async function launch(state: EngineState, container: Container): Promise<void> {
  const request = await prepareStart(state, container);
  const { warnings } = await state.ports.runtime.start(request);
  for (const warning of warnings) state.ports.notice(warning, { container: container.id });
  const next = started(container.record.state, state.ports.clock.now());
  const [saved, connected] = await Promise.allSettled([
    state.save(container, { ...container.record, state: next }),
    connectTo(state, container),
  ]);
  if (connected.status === 'rejected') throw connected.reason;
  const connection = connected.value;
  if (saved.status === 'rejected') {
    // What cannot be recorded must not run: nobody would know of it.
    connection?.signal(SIGKILL);
    throw saved.reason;
  }
  if (connection !== undefined) {
    container.turns.emit({ kind: 'started', stdin: connection.stdin });
  }
  state.announce(container, 'start');
  // Without a monitor the program has already ended: for everybody else it ran none the less.
  if (connection === undefined) await recordExit(state, container);
}

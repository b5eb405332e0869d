import { BerthError } from '../../errors/berth-error.ts';
import { type CheckpointPlace, existingCheckpoint } from '../checkpoint/checkpoint-folder.ts';
import { startHealthChecks } from '../health/health-checks.ts';
import type { StartedProgram, StartRequest } from '../ports.ts';
import { publishPorts } from '../networking/publish-ports.ts';
import { linksFor } from '../links/linked-containers.ts';
import { renewLinks } from '../links/renew-links.ts';
import { joinSandbox } from '../networking/join-sandbox.ts';
import { openDonors, usersOf } from './donors.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { isLive, started, startFailed } from '../model/container-state.ts';
import { SIGKILL } from '../model/signals.ts';
import type { StartKind } from '../restart/restarts.ts';
import type { Container } from './container.ts';
import { connectTo } from './connection.ts';
import { dispose } from './dispose.ts';
import type { EngineState } from './engine-state.ts';
import { startFailureOf } from './exit-status.ts';
import { prepareStart, type StartPlaces } from './prepare-start.ts';
import { recordExit } from './record-exit.ts';

const prefix = 'failed to create task for container';

/**
 * Starts a container's program.
 *
 * @param place the checkpoint that it goes on from instead of from its beginning
 * @throws CHECKPOINT_NOT_FOUND, CHECKPOINT_INVALID; CONTAINER_ALREADY_IN_STATE it runs, or is about to be started again; CONTAINER_PAUSED; CONTAINER_BEING_REMOVED;
 *   EXEC_NOT_FOUND, EXEC_NOT_EXECUTABLE with Docker's words; CONTAINER_USER_NOT_FOUND; what `ContainerRuntime.start` throws
 */
export function startContainer(
  state: EngineState,
  container: Container,
  place?: CheckpointPlace,
): Promise<void> {
  return container.queue.run(async () => {
    if (container.record.state.status === 'paused') {
      throw new BerthError('CONTAINER_PAUSED', {
        message: 'cannot start a paused container, try unpause instead',
        remedy: 'Let it go on with "docker unpause".',
        details: { container: container.id },
      });
    }
    if (isLive(container.record.state)) {
      throw new BerthError('CONTAINER_ALREADY_IN_STATE', {
        message: 'container is already started',
        details: { status: container.record.state.status },
      });
    }
    // One that is not there is no start that has failed.
    const images = place && (await existingCheckpoint(state, container, place));
    await startNow(state, container, 'anew', images);
  });
}

/** Starts a container's program for a restart, if it does not run by now. @throws as `startContainer` */
export function startUnlessRunning(state: EngineState, container: Container): Promise<void> {
  return container.queue.run(async () => {
    // A removal has killed what is to be restarted, and comes next: to start it would make the removal fail.
    if (container.removalAsked) throw beingRemoved(container);
    if (!isLive(container.record.state)) await startNow(state, container, 'anew');
  });
}

/**
 * Starts a container's program for its policy, within its queue. What goes wrong is reported; as in Docker that ends the
 * policy's work.
 */
export async function startAgain(
  state: EngineState,
  container: Container,
  kind: StartKind,
): Promise<void> {
  const { status } = container.record.state;
  const waits = status === 'restarting' || (kind === 'anew' && status === 'exited');
  if (!waits || container.removing || state.closed) return;
  state.counts.restarts += 1;
  try {
    await startNow(state, container, kind);
  } catch (problem) {
    state.ports.report(problem);
  }
}

/** Within the container's queue. */
async function startNow(
  state: EngineState,
  container: Container,
  kind: StartKind,
  images?: string,
): Promise<void> {
  refuseWhenClosed(state);
  refuseWhenGoing(container);
  await container.fileUses.ended();
  if (kind === 'anew') {
    state.restarts.reset(container);
    container.record = anew(container.record);
  }
  try {
    await launch(state, container, images);
  } catch (thrown) {
    throw await recordFailure(state, container, thrown);
  }
}

/** What was to be started, as the second half of a restart, is so by the next berthd. */
function refuseWhenClosed({ closed }: EngineState): void {
  if (!closed) return;
  throw new BerthError('DAEMON_STOPPING', {
    message: 'berthd is being stopped, and starts no container any more',
    remedy: 'Try again when it has been started.',
  });
}

function refuseWhenGoing(container: Container): void {
  if (!container.removing && container.record.state.status !== 'dead') return;
  throw beingRemoved(container);
}

function beingRemoved(container: Container): BerthError {
  return new BerthError('CONTAINER_BEING_REMOVED', {
    message: 'container is marked for removal and cannot be started',
    remedy: 'Create another container.',
    details: { container: container.id },
  });
}

/** What somebody did to stop it before counts no more. */
function anew(record: ContainerRecord): ContainerRecord {
  return { ...record, restartCount: 0, manuallyStopped: false, restartCancelled: false };
}

/** Takes note that the program could not be started. Returns the error for whoever wanted it. */
async function recordFailure(
  state: EngineState,
  container: Container,
  thrown: unknown,
): Promise<BerthError> {
  await state.ports.networks.leave(container.id);
  const { record } = container;
  const program = record.config.Entrypoint?.[0] ?? record.config.Cmd?.[0];
  const failure = startFailureOf(thrown, { program: program ?? '', prefix });
  // Who waited to be started again has an exit code, that of its last run.
  const waited = record.state.status === 'restarting';
  const exitCode = waited ? record.state.exitCode : failure.exitCode;
  const next = startFailed(record.state, { exitCode, error: failure.message });
  container.record = { ...record, state: next, pending: undefined };
  container.turns.emit({ kind: 'start-failed' });
  // Docker's client waits for the removal before it shows the error.
  if (record.hostConfig.AutoRemove) await dispose(state, container, 'remove');
  else await state.saveIfPossible(container, container.record);
  if (waited) container.turns.emit({ kind: 'exited', exitCode });
  return failure.error;
}

interface ExecutedProgram extends StartedProgram, Pick<StartPlaces, 'idRemap'> {
  readonly startedMs: number;
}

/** Prepares everything and executes the program. */
async function execute(
  state: EngineState,
  container: Container,
  images: string | undefined,
): Promise<ExecutedProgram> {
  const { runtime, clock } = state.ports;
  const donors = await openDonors(state, container);
  try {
    const { idRemap } = donors;
    const links = linksFor(state, container);
    const joined = await joinSandbox(state, container, {
      users: usersOf(donors),
      linked: links.map(({ sandbox }) => sandbox),
    });
    const places = { donors: donors.places, joined, idRemap, links };
    const [request] = await Promise.all([
      prepareStart(state, container, places),
      joined?.connected,
    ]);
    await renewLinks(state, container);
    // Before the program can write anything: clients ask for its log since this moment.
    const startedMs = clock.now();
    const work = state.folder(container).criuLogs;
    const begin = (heldPorts: StartRequest['heldPorts']): Promise<StartedProgram> => {
      const start = { ...request, heldPorts };
      return images === undefined
        ? runtime.start(start)
        : runtime.restore({ ...start, images, work });
    };
    const program = await publishPorts(state, container, begin);
    return { ...program, startedMs, idRemap };
  } finally {
    await donors.close();
  }
}

/** Executes the program or lets it go on from images, and records that it runs. */
async function launch(
  state: EngineState,
  container: Container,
  images: string | undefined,
): Promise<void> {
  const { startedMs, warnings, idRemap } = await execute(state, container, images);
  for (const warning of warnings) state.ports.notice(warning, { container: container.id });
  const next = started(container.record.state, startedMs);
  const [saved, connected] = await Promise.allSettled([
    // berthd may be told another one, or none, while this run goes on.
    state.save(container, { ...container.record, state: next, idRemap, pending: undefined }),
    connectTo(state, container),
  ]);
  if (connected.status === 'rejected') throw connected.reason;
  const connection = connected.value;
  if (saved.status === 'rejected') {
    // What cannot be recorded must not run, nor be started again: nobody would know of it.
    container.record = { ...container.record, restartCancelled: true };
    connection?.signal(SIGKILL);
    throw saved.reason;
  }
  if (connection !== undefined) {
    container.turns.emit({ kind: 'started', stdin: connection.stdin });
    startHealthChecks(state, container);
  }
  state.announce(container, 'start');
  // Without a monitor the program has already ended: for everybody else it ran none the less.
  if (connection === undefined) await recordExit(state, container);
}

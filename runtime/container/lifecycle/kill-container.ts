import { BerthError } from '../../errors/berth-error.ts';
import { isLive } from '../model/container-state.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { parseSignal, SIGKILL } from '../model/signals.ts';
import type { MonitorConnection } from '../ports.ts';
import { hasRestartPolicy } from '../restart/restart-policy.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';
import { giveUpRestart } from './give-up-restart.ts';
import { resumeToEnd } from './pause-container.ts';
import { runEndsWithin } from './run-end.ts';

/** How long Docker waits for a process to be gone after SIGKILL. */
const killPatienceMs = 10_000;

/**
 * `kill`: a client sends a signal, which may be any. `stop`: it is to end. `checkpoint`: as well, and clients know
 * it by another word. `host-goes-down`: so is everything else, which
 * says nothing of whether it is wanted when the host is up again.
 */
export type SignalReason = 'kill' | 'stop' | 'checkpoint' | 'host-goes-down';

/** A signal for a container. */
export interface SignalOptions {
  readonly signal: number;
  readonly reason: SignalReason;
  /** The run that it is meant for (`undefined`: none yet); left out: whichever it is. */
  readonly only?: { readonly run: MonitorConnection | undefined } | undefined;
}

/**
 * Sends a signal. With SIGKILL it waits until the program has ended.
 *
 * @throws CONTAINER_NOT_RUNNING, CONTAINER_WILL_NOT_DIE
 */
export async function killContainer(
  state: EngineState,
  container: Container,
  options: SignalOptions,
): Promise<void> {
  const run = await sendSignal(state, container, options);
  if (run === undefined || options.signal !== SIGKILL) return;
  const timeoutMs = killPatienceMs;
  if (await runEndsWithin(container, run, { clock: state.ports.clock, timeoutMs })) return;
  throw new BerthError('CONTAINER_WILL_NOT_DIE', {
    message: `container ${container.id} did not end within ${killPatienceMs / 1000} seconds of SIGKILL`,
    remedy:
      'See what its processes wait for in /proc/<pid>/stack; a hung disk or network file system is the usual cause.',
    details: { container: container.id, pid: run.pid },
  });
}

/**
 * Sends a signal and does not wait. In the container's queue, so that an end that is just being recorded counts. One that
 * waits to be started again no longer does. Returns the run that the signal went to, if there is one.
 *
 * @throws CONTAINER_NOT_RUNNING
 */
export function sendSignal(
  state: EngineState,
  container: Container,
  options: SignalOptions,
): Promise<MonitorConnection | undefined> {
  if (!isLive(container.record.state)) throw notRunning(container);
  return container.queue.run(async () => {
    const { connection, record } = container;
    if (options.only !== undefined && options.only.run !== connection) throw notRunning(container);
    const cancels = cancelsRestarts(record, options);
    const manuallyStopped = record.manuallyStopped || options.reason !== 'host-goes-down';
    const restartCancelled = record.restartCancelled || cancels;
    const next = { ...record, manuallyStopped, restartCancelled };
    if (record.state.status === 'restarting') {
      if (cancels) await giveUpRestart(state, container, next);
      return undefined;
    }
    if (connection === undefined || !isLive(record.state)) throw notRunning(container);
    await note(state, container, next);
    if (options.signal === SIGKILL) container.dying = true;
    connection.signal(options.signal);
    if (options.reason !== 'checkpoint')
      state.announce(container, 'kill', { signal: String(options.signal) });
    if (mayEnd(record, options.signal)) await resumeToEnd(state, container);
    return connection;
  });
}

/** One that somebody has stopped is not started again. */
function cancelsRestarts(record: ContainerRecord, { signal, reason }: SignalOptions): boolean {
  return reason !== 'kill' || mayEnd(record, signal);
}

/** Docker's rule: any signal may end a container, unless it says which one stops it. A paused one is let go on for that. */
function mayEnd({ config }: ContainerRecord, signal: number): boolean {
  if (signal === SIGKILL || config.StopSignal === '') return true;
  return parseSignal(config.StopSignal) === signal;
}

/** Before the signal, so that the policy of one that it ends knows of it. Without a policy it can wait for the end. */
async function note(
  state: EngineState,
  container: Container,
  next: ContainerRecord,
): Promise<void> {
  const { record } = container;
  const known =
    record.manuallyStopped === next.manuallyStopped &&
    record.restartCancelled === next.restartCancelled;
  if (known) return;
  if (hasRestartPolicy(record.hostConfig.RestartPolicy))
    await state.saveIfPossible(container, next);
  else container.record = next;
}

function notRunning(container: Container): BerthError {
  return new BerthError('CONTAINER_NOT_RUNNING', {
    message: `container ${container.id} is not running`,
    remedy: 'Start it with "docker start".',
    details: { container: container.id },
  });
}

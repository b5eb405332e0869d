import { isBerthError } from '../../errors/berth-error.ts';
import { exists } from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { settleCheckpoint } from '../checkpoint/settle-checkpoint.ts';
import { keepLog } from '../log-drivers/keep-log.ts';
import { startHealthChecks } from '../health/health-checks.ts';
import { settleLinks } from '../links/remove-link.ts';
import { hasProgram, started } from '../model/container-state.ts';
import type { ContainerId } from '../model/container-id.ts';
import type { ExitRecord } from '../ports.ts';
import { settleNetworks } from '../networking/settle-networks.ts';
import { wantsRestart } from '../restart/restart-policy.ts';
import type { StoredContainer } from '../store/record-store.ts';
import { settleLimits } from '../update/update-container.ts';
import { recoverVolumes } from '../volumes/container-volumes.ts';
import { connectTo } from './connection.ts';
import { Container } from './container.ts';
import { dispose } from './dispose.ts';
import type { EngineState } from './engine-state.ts';
import { settlePause } from './pause-container.ts';
import { recordExit, removeRemains } from './record-exit.ts';
import { restartContainer } from './restart-container.ts';

/**
 * Finds all containers again when berthd starts: those that run are connected to, those that ended in the meantime are
 * recorded so, and what a cut-short creation or removal left is taken away. One container's trouble does not keep the
 * others from being found: it is reported. What is to be started again is so afterwards; nobody waits for it.
 */
export async function recoverContainers(state: EngineState): Promise<void> {
  const stored = await state.records.readAll();
  const containers = stored
    .flatMap((found) => (found.kind === 'record' ? [new Container(found.record)] : []))
    .toSorted((a, b) => a.record.createdMs - b.record.createdMs);
  for (const container of containers) state.index.add(container);
  const tasks = [
    ...containers.map((container) => container.queue.run(() => recoverOne(state, container))),
    ...stored.map((found) => recoverRest(state, found)),
  ];
  for (const result of await Promise.allSettled(tasks)) {
    if (result.status === 'rejected') state.ports.report(result.reason);
  }
  leaveForgotten(state);
  await recoverVolumes(state);
  state.restarts.begin();
  for (const container of state.index.all()) resume(state, container);
  // Nobody waits for that either.
  for (const container of state.index.all()) {
    settleNetworks(state, container).catch(state.ports.report);
    settleLinks(state, container).catch(state.ports.report);
  }
}

/** Takes down what a berthd that was killed has left of containers that do not run, or are no more. */
function leaveForgotten(state: EngineState): void {
  const running: ReadonlySet<string> = new Set(
    state.index.all().flatMap(({ id, connection }) => (connection === undefined ? [] : [id])),
  );
  const { networks } = state.ports;
  for (const user of networks.users) if (!running.has(user)) void networks.leave(user);
}

async function recoverOne(state: EngineState, container: Container): Promise<void> {
  const { clock, runtime } = state.ports;
  const { runFolder } = state.folder(container);
  const connection = await connectTo(state, container);
  const isCheckpointed = container.record.checkpointImages !== undefined;
  // CRIU may take its time, and berthd does not wait for it.
  if (isCheckpointed) settleCheckpoint(state, container).catch(state.ports.report);
  if (connection !== undefined) {
    await recordUnnoticedStart(state, container, clock.now());
    if (!isCheckpointed) await settlePause(state, container);
    await settleLimits(state, container);
    startHealthChecks(state, container);
    return;
  }
  const ended = await runtime.readExit(runFolder);
  if (ended !== undefined && isRecorded(container, ended)) {
    await removeTree(runFolder);
  } else if (ended !== undefined || hasProgram(container.record.state)) {
    // A program that ended before its start was recorded has run all the same.
    if (ended !== undefined) noteUnnoticedStart(container, ended.finishedAt);
    await recordExit(state, container);
    // The host went down with it: that is no end of the container's own, which would count.
    if (ended === undefined && container.record.state.status === 'restarting')
      state.restarts.later(container, { delayMs: 0, kind: 'anew' });
  } else if (await exists(runFolder)) {
    // Whoever was starting it was killed too, or berthd before it had asked for the start.
    await removeRemains(state, container);
    await removeTree(runFolder);
  }
  if (container.record.state.status === 'dead') await dispose(state, container, 'keep');
}

/** Whether berthd died after it had recorded an end, and before it took the monitor's record of it away. */
function isRecorded({ record }: Container, ended: ExitRecord): boolean {
  return !hasProgram(record.state) && record.state.finishedAt === ended.finishedAt;
}

/** berthd may have died between the program's start and the record of it. */
async function recordUnnoticedStart(
  state: EngineState,
  container: Container,
  at: number,
): Promise<void> {
  if (noteUnnoticedStart(container, at)) await state.save(container, container.record);
}

/** Whether there was one. Who was not waiting to be started again was started by somebody. */
function noteUnnoticedStart(container: Container, at: number): boolean {
  const { record } = container;
  if (hasProgram(record.state)) return false;
  const byHand = { restartCount: 0, manuallyStopped: false, restartCancelled: false };
  container.record = {
    ...record,
    ...(record.state.status === 'restarting' ? {} : byHand),
    state: started(record.state, at),
    pending: undefined,
  };
  return true;
}

/** Goes on with what was under way, and starts what its policy wants to run. */
function resume(state: EngineState, container: Container): void {
  const { record } = container;
  // What a berthd that was killed has left to do; of one that runs it is done already.
  if (container.connection === undefined && container.logKeeper === undefined)
    keepLog(state, container, 'now');
  if (record.pending !== undefined) {
    restartContainer(state, container, record.pending).catch((problem: unknown) => {
      // Somebody removes it meanwhile: then nobody wants it to be started any more.
      if (!isBerthError(problem, 'CONTAINER_BEING_REMOVED')) state.ports.report(problem);
    });
    return;
  }
  const { status, startedAt, exitCode } = record.state;
  if (status === 'restarting' && !state.restarts.isWaiting(container)) {
    state.restarts.later(container, { delayMs: 0, kind: 'again' });
  }
  if (status === 'exited' && startedAt !== 0 && wantsRestart(record, exitCode)) {
    state.restarts.later(container, { delayMs: 0, kind: 'anew' });
  }
}

async function recoverRest(state: EngineState, found: StoredContainer): Promise<void> {
  if (found.kind === 'unreadable') throw found.error;
  if (found.kind === 'remains') await sweep(state, found.id);
}

/** Takes away a folder whose container was never made, or is no more. */
async function sweep(state: EngineState, id: ContainerId): Promise<void> {
  const folder = state.folder({ id });
  await state.ports.snapshots.removeContainer(id);
  await removeTree(folder.folder);
  await removeTree(folder.runFolder);
}

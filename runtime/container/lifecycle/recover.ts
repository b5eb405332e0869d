import { rm } from '../../host/files.ts';
import { isLive, started } from '../model/container-state.ts';
import type { ContainerId } from '../model/container-id.ts';
import type { StoredContainer } from '../store/record-store.ts';
import { connectTo } from './connection.ts';
import { Container } from './container.ts';
import { dispose } from './dispose.ts';
import type { EngineState } from './engine-state.ts';
import { recordExit } from './record-exit.ts';

/**
 * Finds all containers again when berthd starts: those that run are connected to, those that ended in the meantime are
 * recorded so, and what a cut-short creation or removal left is taken away. One container's trouble does not keep the
 * others from being found: it is reported.
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
}

async function recoverOne(state: EngineState, container: Container): Promise<void> {
  const { clock, runtime } = state.ports;
  const folder = state.folder(container);
  const connection = await connectTo(state, container);
  if (connection !== undefined) {
    // berthd may have died between the program's start and the record of it.
    if (!isLive(container.record.state)) {
      const next = started(container.record.state, clock.now());
      await state.save(container, { ...container.record, state: next });
    }
    return;
  }
  const ended = await runtime.readExit(folder.runFolder);
  if (ended !== undefined || isLive(container.record.state)) {
    // A program that ended before its start was recorded has run all the same.
    if (container.record.state.startedAt === 0) {
      const next = started(container.record.state, ended?.finishedAt ?? clock.now());
      container.record = { ...container.record, state: next };
    }
    await recordExit(state, container);
    return;
  }
  if (container.record.state.status === 'dead') await dispose(state, container);
}

async function recoverRest(state: EngineState, found: StoredContainer): Promise<void> {
  if (found.kind === 'unreadable') throw found.error;
  if (found.kind === 'remains') await sweep(state, found.id);
}

/** Takes away a folder whose container was never made, or is no more. */
async function sweep(state: EngineState, id: ContainerId): Promise<void> {
  const folder = state.folder({ id });
  await state.ports.snapshots.removeContainer(id);
  await rm(folder.folder, { recursive: true, force: true });
  await rm(folder.runFolder, { recursive: true, force: true });
}

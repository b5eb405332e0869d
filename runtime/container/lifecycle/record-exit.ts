import { stopHealthChecks } from '../health/health-checks.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { exited, restarting } from '../model/container-state.ts';
import type { ContainerExit, ContainerState } from '../model/container-state.ts';
import { unmountVolumes } from '../volumes/container-volumes.ts';
import type { ExitRecord } from '../ports.ts';
import { cgroupPlaceOf } from '../spec/cgroup-place.ts';
import { afterExit } from '../restart/after-exit.ts';
import type { AfterExit } from '../restart/after-exit.ts';
import type { Container } from './container.ts';
import { keepLog, sentLog } from '../log-drivers/keep-log.ts';
import { dispose } from './dispose.ts';
import type { EngineState } from './engine-state.ts';
import { removeTree } from '../../host/remove-tree.ts';

/** What Docker shows for a container whose end nobody saw, as when the machine went down. */
const unseenExitCode = 255;

/**
 * Takes note that a container's program has ended: from the monitor's exit record, or that nobody saw it. A container
 * with AutoRemove is removed; one whose policy wants it is started again in a while. Runs within the container's queue.
 */
export async function recordExit(state: EngineState, container: Container): Promise<void> {
  const folder = state.folder(container);
  stopHealthChecks(container);
  const found = await state.ports.runtime.readExit(folder.runFolder);
  for (const warning of found?.warnings ?? [])
    state.ports.notice(warning, { container: container.id });
  // Nobody waits for it: who wants what it had waits then. After its own end it is the next berthd's.
  if (!state.closed) void state.ports.networks.leave(container.id);
  if (found === undefined) await removeRemains(state, container);
  const before = container.record.state;
  const exit = exitOf(found, { before, now: state.ports.clock.now() });
  const after = afterExit(state, container, exit);
  const saved = await save(state, container, {
    record: recordAfter(container, exit, after),
    after,
  });
  // One that ended before anybody was connected has nobody yet who sends its output on.
  if (container.connection === undefined) keepLog(state, container, 'now');
  // Only a monitor that this berthd saw end is known to have got all of its last record to the file.
  container.logIsWhole = container.connection !== undefined && found !== undefined;
  container.connection = undefined;
  announceEnd(state, container, { exit, before });
  if (after.kind === 'restart')
    state.restarts.later(container, { delayMs: after.delayMs, kind: 'again' });
  await unmountVolumes(state, container);
  if (after.kind === 'remove') {
    await sentLog(state, container);
    await dispose(state, container, 'remove');
    // After its own end it is the next berthd's, which may have begun a run there.
  } else if (saved && !state.closed) await removeTree(folder.runFolder);
}

/**
 * Does what the monitor would have done: it was killed, by an administrator or for want of memory, and whoever shares the
 * PID namespace of others has outlived it. Whatever comes of it, the container has ended.
 */
export async function removeRemains(state: EngineState, container: Container): Promise<void> {
  await state.ports.runtime.cgroups
    .remove(cgroupPlaceOf(container.record))
    .catch(state.ports.report);
}

/** How a run has ended, and what was known of it before. */
interface End {
  readonly exit: ContainerExit;
  readonly before: ContainerState;
}

function exitOf(
  found: ExitRecord | undefined,
  { before, now }: Pick<End, 'before'> & { readonly now: number },
): ContainerExit {
  return {
    exitCode: found?.exitCode ?? unseenExitCode,
    finishedAt: found?.finishedAt ?? now,
    oomKilled: before.oomKilled || found?.oomKilled === true,
  };
}

function recordAfter(container: Container, exit: ContainerExit, after: AfterExit): ContainerRecord {
  // The next run begins with the limits of the record.
  const record = { ...container.record, limitsPending: undefined };
  if (after.kind !== 'restart') return { ...record, state: exited(record.state, exit) };
  const restartCount = record.restartCount + 1;
  return { ...record, restartCount, state: restarting(record.state, exit) };
}

/** Whether the end is on the disk: until it is, the monitor's own record of it has to stay. */
async function save(
  state: EngineState,
  container: Container,
  { record, after }: { readonly record: ContainerRecord; readonly after: AfterExit },
): Promise<boolean> {
  if (after.kind !== 'remove') return state.saveIfPossible(container, record);
  // With AutoRemove the removal follows at once: should berthd die before it, the exit record leads to it again.
  container.record = record;
  return true;
}

function announceEnd(state: EngineState, container: Container, { exit, before }: End): void {
  // What was told of while it ran is not told of again.
  if (exit.oomKilled && !before.oomKilled) state.announce(container, 'oom');
  const seconds = Math.max(0, Math.floor((exit.finishedAt - before.startedAt) / 1000));
  state.announce(container, 'die', {
    execDuration: String(seconds),
    exitCode: String(exit.exitCode),
  });
  state.execs.containerEnded(container, exit.finishedAt);
  container.turns.emit({ kind: 'exited', exitCode: exit.exitCode });
}

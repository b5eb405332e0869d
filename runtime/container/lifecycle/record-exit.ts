import { rm } from '../../host/files.ts';
import { exited } from '../model/container-state.ts';
import type { ContainerExit } from '../model/container-state.ts';
import type { Container } from './container.ts';
import { dispose } from './dispose.ts';
import type { EngineState } from './engine-state.ts';

/** What Docker shows for a container whose end nobody saw, as when the machine went down. */
const unseenExitCode = 255;

/**
 * Takes note that a container's program has ended: from the monitor's exit record, or that nobody saw it. A container
 * with AutoRemove is removed. Runs within the container's queue.
 */
export async function recordExit(state: EngineState, container: Container): Promise<void> {
  const folder = state.folder(container);
  const found = await state.ports.runtime.readExit(folder.runFolder);
  for (const warning of found?.warnings ?? [])
    state.ports.notice(warning, { container: container.id });
  const exit: ContainerExit = {
    exitCode: found?.exitCode ?? unseenExitCode,
    finishedAt: found?.finishedAt ?? state.ports.clock.now(),
    oomKilled: found?.oomKilled ?? false,
  };
  // Only a monitor that this berthd saw end is known to have got all of its last record to the file.
  container.logIsWhole = container.connection !== undefined && found !== undefined;
  container.connection = undefined;
  const record = { ...container.record, state: exited(container.record.state, exit) };
  const removes = record.hostConfig.AutoRemove && !container.restarting;
  // With AutoRemove the removal follows at once: should berthd die before it, the exit record leads to it again.
  if (removes) container.record = record;
  else await state.save(container, record);
  if (exit.oomKilled) state.announce(container, 'oom');
  state.announce(container, 'die', { exitCode: String(exit.exitCode) });
  state.execs.containerEnded(container, exit.finishedAt);
  container.turns.emit({ kind: 'exited', exitCode: exit.exitCode });
  if (removes) await dispose(state, container);
  else await rm(folder.runFolder, { recursive: true, force: true });
}

import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { TerminalSize } from '../lifecycle/resize-terminal.ts';
import { createExec } from './create-exec.ts';
import type { ConsoleSize, ExecConfig } from './exec-config.ts';
import { requireRunning } from './exec-container.ts';
import { noSuchExec } from './exec-store.ts';
import type { Exec } from './exec.ts';
import { resizeExec } from './resize-exec.ts';
import { detachExec, serveExec } from './serve-exec.ts';
import type { ExecClient } from './serve-exec.ts';

/** What clients execute in running containers. Ids are whole; all methods throw EXEC_INSTANCE_NOT_FOUND. */
export interface Execs {
  create(nameOrId: string, config: ExecConfig): Promise<Exec>;
  /** One that can be started. @throws CONTAINER_NOT_RUNNING */
  startable(id: string): Exec;
  find(id: string): Exec;
  /** Starts one that nobody is connected to. */
  detach(exec: Exec, consoleSize: ConsoleSize): Promise<void>;
  /** Starts one for a client, until it has ended. */
  serve(exec: Exec, client: ExecClient): Promise<void>;
  resize(id: string, size: TerminalSize): Promise<void>;
  /** Ids of those of a container that have not ended. */
  openIds(container: Container): readonly string[];
}

/** Joins the operations. */
export function createExecs(state: EngineState, find: (nameOrId: string) => Container): Execs {
  const { execs } = state;
  return {
    create: async (name, config) => createExec(state, find(name), { config, shown: name }),
    startable: (id) => {
      const exec = execs.get(id);
      // As long as it is known by its id only: Docker says so when the container has been removed.
      if (!state.index.has(exec.container)) find(id);
      requireRunning(exec.container);
      return exec;
    },
    find: (id) => {
      const exec = execs.get(id);
      if (!state.index.has(exec.container)) throw noSuchExec(id);
      return exec;
    },
    detach: (exec, consoleSize) => detachExec(state, exec, consoleSize),
    serve: (exec, client) => serveExec(state, exec, client),
    resize: async (id, size) => resizeExec(state, execs.get(id), size),
    openIds: (container) => execs.openOf(container).map(({ id }) => id),
  };
}

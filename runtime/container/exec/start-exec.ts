import { BerthError } from '../../errors/berth-error.ts';
import { linkVariables } from '../links/linked-containers.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { ExecSession, ExecStreams } from '../ports.ts';
import type { ConsoleSize } from './exec-config.ts';
import { requireRunning, runningTarget } from './exec-container.ts';
import { execFailureOf } from './exec-failure.ts';
import { execProcess, runningSpec } from './exec-process.ts';
import { asUser } from './exec-user.ts';
import type { Exec } from './exec.ts';

/** How an exec is started. */
export interface ExecStart {
  readonly streams: ExecStreams;
  readonly consoleSize: ConsoleSize;
}

/**
 * Executes what an exec is about; resolves once the program has been executed. Whoever starts it reads its output.
 *
 * @throws EXEC_ALREADY_STARTED, CONTAINER_NOT_RUNNING; EXEC_NOT_FOUND, EXEC_NOT_EXECUTABLE, EXEC_FAILED and
 *   CONTAINER_USER_NOT_FOUND, after which it has an exit code
 */
export async function startExec(
  state: EngineState,
  exec: Exec,
  start: ExecStart,
): Promise<ExecSession> {
  refuseUnlessNew(exec);
  requireRunning(exec.container);
  exec.phase = 'starting';
  state.announce(exec.container, `exec_start: ${exec.command}`, { execID: exec.id });
  try {
    const session = await execute(state, exec, start);
    exec.session = session;
    exec.phase = 'running';
    exec.started.resolve(undefined);
    return session;
  } catch (thrown) {
    const failure = execFailureOf(thrown, exec.config.Cmd?.[0] ?? '');
    exec.end(failure.exitCode, state.ports.clock.now());
    state.execs.ended(exec);
    throw failure.error;
  }
}

function refuseUnlessNew(exec: Exec): void {
  if (exec.phase === 'created') return;
  const what = exec.phase === 'ended' ? 'has already run' : 'is already running';
  throw new BerthError('EXEC_ALREADY_STARTED', {
    message: `exec command ${exec.id} ${what}`,
    remedy: 'Create another exec instance: each can be started once.',
    details: { exec: exec.id },
  });
}

async function execute(
  state: EngineState,
  exec: Exec,
  { streams, consoleSize }: ExecStart,
): Promise<ExecSession> {
  const { container } = exec;
  const { ports, capabilities: available } = state;
  const spec = runningSpec(state, container);
  const linked = linkVariables(state, container);
  const { session, warnings } = await asUser(state, exec, async ({ user, unchanged }) =>
    ports.runtime.exec({
      id: container.id,
      spec,
      process: execProcess({ exec, spec, user, consoleSize, linked, available }),
      target: await runningTarget(container),
      runDir: state.folder(container).runFolder,
      streams,
      unchanged,
    }),
  );
  for (const warning of warnings) ports.notice(warning, { container: container.id });
  return session;
}

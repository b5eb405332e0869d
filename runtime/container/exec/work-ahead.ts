import type { EngineState } from '../lifecycle/engine-state.ts';
import type { ExecRequest, ExecStreams, ReadyExec } from '../ports.ts';
import type { ResolvedUser } from '../spec/resolve-user.ts';
import type { ConsoleSize } from './exec-config.ts';
import { runningTarget } from './exec-container.ts';
import { execProcess, runningSpec } from './exec-process.ts';
import { findUser } from './exec-user.ts';
import type { Exec } from './exec.ts';

/** A client that starts what it has created does so at once: until then nothing will have changed. */
const freshMs = 1000;

/** How an exec is started. */
export interface ExecStart {
  readonly streams: ExecStreams;
  readonly consoleSize: ConsoleSize;
}

/**
 * Begins what a start will need, while the client is told that the exec is created and asks for its start: who it is to run
 * as, in the files of the container as it sees them, and all of the process but itself. Nothing of it shows in the container.
 *
 * @returns who it runs as. @throws CONTAINER_USER_NOT_FOUND, CONTAINER_NOT_RUNNING
 */
export function workAhead(state: EngineState, exec: Exec): Promise<ResolvedUser> {
  const user = clientHasAnswer().then(() => findUser(state, exec));
  const ready = makeReady(state, exec, user).catch(() => undefined);
  const { startedAt } = exec.container.record.state;
  exec.ahead = { at: state.ports.clock.now(), startedAt, user, ready };
  return user;
}

/** A turn later: until then the client of an exec without a named user has been answered, and does its own part. */
function clientHasAnswer(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function makeReady(
  state: EngineState,
  exec: Exec,
  user: Promise<ResolvedUser>,
): Promise<void> {
  const start = { streams: attachedStreams(exec), consoleSize: undefined };
  const request = await execRequest(state, exec, { ...start, user: await user });
  if (!state.waitingExecs.hasRoom) return;
  state.waitingExecs.add(exec, await state.ports.runtime.readyExec(request));
}

/** What was done ahead for an exec that is started now. */
export interface AtStart {
  readonly user: ResolvedUser;
  /** There when it is what the start asks for. */
  readonly ready: ReadyExec | undefined;
}

/** What was done ahead, as far as it still holds. @throws as `workAhead` */
export async function aheadAtStart(
  state: EngineState,
  exec: Exec,
  start: ExecStart,
): Promise<AtStart> {
  const { ahead } = exec;
  exec.ahead = undefined;
  const fresh = ahead !== undefined && state.ports.clock.now() - ahead.at < freshMs;
  const user = await (fresh ? ahead.user : findUser(state, exec));
  await ahead?.ready;
  const ready = state.waitingExecs.take(exec);
  const { startedAt } = exec.container.record.state;
  if (fresh && ahead.startedAt === startedAt && isAsCreated(exec, start)) return { user, ready };
  ready?.drop();
  return { user, ready: undefined };
}

/** Whether the start asks for nothing else than the creation did. */
function isAsCreated(exec: Exec, { streams, consoleSize }: ExecStart): boolean {
  const { stdin, stdout, stderr } = attachedStreams(exec);
  const same = streams.stdin === stdin && streams.stdout === stdout && streams.stderr === stderr;
  return same && consoleSize === undefined;
}

/** The streams of a client that stays. */
export function attachedStreams({ config }: Exec): ExecStreams {
  const { AttachStdin, AttachStdout, AttachStderr } = config;
  return {
    stdin: AttachStdin ? 'open' : 'none',
    stdout: AttachStdout ? 'open' : 'none',
    stderr: AttachStderr ? 'open' : 'none',
  };
}

/** What the runtime is asked for. @throws CONTAINER_NOT_RUNNING */
export async function execRequest(
  state: EngineState,
  exec: Exec,
  { streams, consoleSize, user }: ExecStart & { readonly user: ResolvedUser },
): Promise<ExecRequest> {
  const { container } = exec;
  const { capabilities: available } = state;
  const spec = runningSpec(state, container);
  return {
    id: container.id,
    spec,
    process: execProcess({ exec, spec, user, consoleSize, available }),
    target: await runningTarget(container),
    runDir: state.folder(container).runFolder,
    streams,
  };
}

import { isBerthError } from '../../errors/berth-error.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { ContainerFiles, FilesAsRead } from '../ports.ts';
import { resolveUser } from '../spec/resolve-user.ts';
import type { ResolvedUser } from '../spec/resolve-user.ts';
import { runningTarget } from './exec-container.ts';
import type { Exec } from './exec.ts';

/** A client that starts what it has created does so at once: until then nothing will have changed. */
const freshMs = 1000;

/** Where a container has its users. */
const paths = ['/etc/passwd', '/etc/group'];

/** More than most containers have in these files; what is larger is read for each exec. */
const mostKept = 64 * 1024;

/** What was read of containers that run, for their next exec: the kernel says whether it still holds. */
const known = new WeakMap<
  Container,
  { readonly startedAt: number; readonly files: ContainerFiles }
>();

/** Whom an exec runs as. */
export interface ExecUser {
  readonly user: ResolvedUser;
  /** What that holds for; `undefined` when it was looked up just now. */
  readonly unchanged: FilesAsRead | undefined;
}

/**
 * Begins to look up who an exec is to run as, in the files of the container as it sees them: while the client is told
 * that the exec is created it goes on. What is known already is not looked up, unless the client has named a user.
 *
 * @throws CONTAINER_USER_NOT_FOUND, CONTAINER_NOT_RUNNING
 */
export async function lookUpUser(state: EngineState, exec: Exec): Promise<void> {
  const isNamed = exec.config.User !== '';
  if (!isNamed && knownFiles(exec.container)) return;
  const found = clientHasAnswer().then(() => findUser(state, exec));
  // Whoever starts the exec hears of it, if anybody does.
  found.catch(() => undefined);
  exec.user = { found, at: state.ports.clock.now() };
  if (isNamed) await found;
}

/** A turn later: until then the client of an exec without a named user has been answered, and does its own part. */
function clientHasAnswer(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * Executes as who the exec is to run as. What is known from an earlier exec may have changed: then nothing was executed, and
 * it is looked up.
 *
 * @throws as `lookUpUser`, and what `execute` throws
 */
export async function asUser<Result>(
  state: EngineState,
  exec: Exec,
  execute: (who: ExecUser) => Promise<Result>,
): Promise<Result> {
  const who = await userAtStart(state, exec);
  try {
    return await execute(who);
  } catch (error) {
    const hasChanged = isBerthError(error, 'EXEC_FAILED') && error.details['errno'] === 'ESTALE';
    if (!who.unchanged || !hasChanged) throw error;
    const { status } = who.unchanged;
    known.delete(exec.container);
    const user = await findUser(state, exec);
    // Something else than a file, which cannot be known again.
    if (knownFiles(exec.container)?.status.equals(status)) known.delete(exec.container);
    return execute({ user, unchanged: undefined });
  }
}

async function userAtStart(state: EngineState, exec: Exec): Promise<ExecUser> {
  const { user } = exec;
  exec.user = undefined;
  const fresh = user !== undefined && state.ports.clock.now() - user.at < freshMs;
  if (fresh) return { user: await user.found, unchanged: undefined };
  const files = knownFiles(exec.container);
  if (!files) return { user: await findUser(state, exec), unchanged: undefined };
  return { user: userIn(files, exec), unchanged: { paths, status: files.status } };
}

async function findUser({ ports }: EngineState, exec: Exec): Promise<ResolvedUser> {
  const { container } = exec;
  const { startedAt } = container.record.state;
  const target = await runningTarget(container);
  const files = await ports.runtime.readFiles(target, paths);
  if (canBeKnown(files, ports.clock.now())) known.set(container, { startedAt, files });
  return userIn(files, exec);
}

function userIn({ texts: [passwd = '', group = ''] }: ContainerFiles, exec: Exec): ResolvedUser {
  const { config, hostConfig } = exec.container.record;
  const user = exec.config.User === '' ? config.User : exec.config.User;
  return resolveUser(user, hostConfig.GroupAdd ?? [], { passwd, group });
}

/** Of the run that goes on: another one may have other files. */
function knownFiles(container: Container): ContainerFiles | undefined {
  const found = known.get(container);
  return found?.startedAt === container.record.state.startedAt ? found.files : undefined;
}

/**
 * Whether what was read can be told from what will be there: older kernels tell times in ticks of 10 ms at most, so that a file
 * which has just changed can do so again within the same tick.
 */
function canBeKnown({ texts, changedMs }: ContainerFiles, now: number): boolean {
  const length = texts.reduce((sum, text = '') => sum + text.length, 0);
  return length <= mostKept && changedMs.every((changed) => Math.abs(now - changed) > freshMs);
}

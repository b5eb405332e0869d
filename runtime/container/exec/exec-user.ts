import type { EngineState } from '../lifecycle/engine-state.ts';
import { resolveUser } from '../spec/resolve-user.ts';
import type { ResolvedUser } from '../spec/resolve-user.ts';
import type { Exec } from './exec.ts';
import { runningTarget } from './exec-container.ts';

/** A client that starts what it has created does so at once: until then nothing will have changed. */
const freshMs = 1000;

/**
 * Begins to look up who an exec is to run as, in the files of the container as it sees them: while the client is told
 * that the exec is created it goes on.
 *
 * @throws CONTAINER_USER_NOT_FOUND, CONTAINER_NOT_RUNNING
 */
export function lookUpUser(state: EngineState, exec: Exec): Promise<ResolvedUser> {
  const found = clientHasAnswer().then(() => findUser(state, exec));
  // Whoever starts the exec hears of it, if anybody does.
  found.catch(() => undefined);
  exec.user = { found, at: state.ports.clock.now() };
  return found;
}

/** A turn later: until then the client of an exec without a named user has been answered, and does its own part. */
function clientHasAnswer(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Who an exec runs as, at its start. @throws as `lookUpUser` */
export function userAtStart(state: EngineState, exec: Exec): Promise<ResolvedUser> {
  const { user } = exec;
  exec.user = undefined;
  const fresh = user !== undefined && state.ports.clock.now() - user.at < freshMs;
  return fresh ? user.found : findUser(state, exec);
}

async function findUser({ ports }: EngineState, exec: Exec): Promise<ResolvedUser> {
  const { config, hostConfig } = exec.container.record;
  const target = await runningTarget(exec.container);
  const [passwd = '', group = ''] = await ports.runtime.readFiles(target, [
    '/etc/passwd',
    '/etc/group',
  ]);
  const user = exec.config.User === '' ? config.User : exec.config.User;
  return resolveUser(user, hostConfig.GroupAdd ?? [], { passwd, group });
}

import type { EngineState } from '../lifecycle/engine-state.ts';
import { resolveUser } from '../spec/resolve-user.ts';
import type { ResolvedUser } from '../spec/resolve-user.ts';
import type { Exec } from './exec.ts';
import { runningTarget } from './exec-container.ts';

/**
 * Who an exec runs as, by the files of the container as it sees them.
 *
 * @throws CONTAINER_USER_NOT_FOUND, CONTAINER_NOT_RUNNING
 */
export async function findUser({ ports }: EngineState, exec: Exec): Promise<ResolvedUser> {
  const { config, hostConfig } = exec.container.record;
  const target = await runningTarget(exec.container);
  const [passwd = '', group = ''] = await ports.runtime.readFiles(target, [
    '/etc/passwd',
    '/etc/group',
  ]);
  const user = exec.config.User === '' ? config.User : exec.config.User;
  return resolveUser(user, hostConfig.GroupAdd ?? [], { passwd, group });
}

import { BerthError } from '../../errors/berth-error.ts';
import { defaultDetachKeys, parseDetachKeys } from '../attach/detach-keys.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { ExecConfig } from './exec-config.ts';
import { requireRunning } from './exec-container.ts';
import { lookUpUser } from './exec-user.ts';
import { Exec } from './exec.ts';

/**
 * Takes note of what is to be executed. A named user must exist; whether the program does shows when it is started.
 *
 * @param shown the container as the client named it.
 * @throws CONTAINER_NOT_RUNNING, CONTAINER_USER_NOT_FOUND, DETACH_KEYS_INVALID, EXEC_LIMIT_REACHED,
 *   CONTAINER_CONFIG_INVALID without a command
 */
export async function createExec(
  state: EngineState,
  container: Container,
  { config, shown }: { readonly config: ExecConfig; readonly shown: string },
): Promise<Exec> {
  if ((config.Cmd ?? []).length === 0) {
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message: 'No exec command specified',
      remedy: 'Give a program and its arguments in "Cmd".',
      details: { field: 'Cmd' },
    });
  }
  requireRunning(container, shown);
  const keys = config.DetachKeys === '' ? defaultDetachKeys : config.DetachKeys;
  const exec = new Exec(container, { config, detachKeys: parseDetachKeys(keys) });
  await lookUpUser(state, exec);
  state.execs.add(exec, state.ports.clock.now());
  state.announce(container, `exec_create: ${exec.command}`, { execID: exec.id });
  return exec;
}

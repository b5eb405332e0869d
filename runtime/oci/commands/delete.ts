import { isBerthError, messageOf } from '../../errors/berth-error.ts';
import { listFolder } from '../../host/files.ts';
import { isAlive } from '../../host/process-identity.ts';
import type { OciCommand, OciContext } from '../command.ts';
import { oneContainer } from '../command.ts';
import { usage } from '../options.ts';
import { removeContainer } from '../remove-container.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import { statusOf } from '../state/status.ts';
import type { StoredState } from '../state/stored-state.ts';
import { statusError } from '../status-error.ts';

/** `berth oci delete`: removes a container that has stopped (runtime.md, "Delete"). */
export const deleteCommand: OciCommand = {
  options: [
    {
      name: 'force',
      short: 'f',
      takes: 'flag',
      help: 'kill it first; remove also what is half-made',
    },
    {
      name: 'regex',
      takes: 'flag',
      help: 'remove all whose ids match: the id is a regular expression',
    },
  ],
  operands: oneContainer,
  failureStatus: 1,
  run: async ({ context, options, operands: [id = ''] }) => {
    const ids = options.flag('regex') ? await matching(context, id) : [id];
    for (const each of ids) {
      const folder = new ContainerFolder(context, each);
      if (options.flag('force')) await removeByForce(context, folder);
      else await removeStopped(context, folder);
    }
    return 0;
  },
};

async function matching({ root }: OciContext, pattern: string): Promise<readonly string[]> {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch (error) {
    throw usage(`"${pattern}" is no regular expression: ${messageOf(error)}`);
  }
  return (await listFolder(root)).filter((name) => !name.includes('~') && expression.test(name));
}

async function removeStopped(context: OciContext, folder: ContainerFolder): Promise<void> {
  const state = await folder.readState();
  const status = await statusOf(folder, state);
  if (status !== 'stopped' && status !== 'created') {
    const message = `cannot delete container ${folder.id} that is not stopped: ${status}`;
    throw statusError(folder.id, status, message);
  }
  await removeContainer(folder, await withCgroup(folder, state), context.log);
}

/** Whatever is there, goes; nothing there is fine. */
async function removeByForce(context: OciContext, folder: ContainerFolder): Promise<void> {
  let state = await stateIfAny(folder);
  // Another one may have been begun with the same id meanwhile.
  while (state?.phase === 'creating' && (await isAlive(state.process))) {
    const { endCreation } = await import('../end-creation.ts');
    await endCreation(context, folder, state);
    state = await stateIfAny(folder);
  }
  if (state?.phase === 'created') {
    // What is left of others is found by their config, and the reader of configs is most of what a call would load.
    await removeContainer(folder, state, context.log);
    return;
  }
  const { removeRemains, remainingState } = await import('../remains.ts');
  if (state === undefined) await removeRemains(context, folder);
  else await removeContainer(folder, await remainingState(folder, state), context.log);
}

/** Nothing where there is none, or one that cannot be read. */
async function stateIfAny(folder: ContainerFolder): Promise<StoredState | undefined> {
  try {
    return await folder.readState();
  } catch (error) {
    if (isBerthError(error, 'OCI_STATE_INVALID')) return undefined;
    if (isBerthError(error, 'OCI_CONTAINER_MISSING')) return undefined;
    throw error;
  }
}

/** One that was never made to the end has not written down its cgroups. */
async function withCgroup(folder: ContainerFolder, state: StoredState): Promise<StoredState> {
  if (state.phase === 'created') return state;
  const { remainingState } = await import('../remains.ts');
  return remainingState(folder, state);
}

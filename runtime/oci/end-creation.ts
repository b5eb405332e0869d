import { BerthError } from '../errors/berth-error.ts';
import { exists, orIfMissing, readTextIfExists, writeFile } from '../host/files.ts';
import { isAlive } from '../host/process-identity.ts';
import { sendSignal } from '../host/send-signal.ts';
import type { OciContext } from './command.ts';
import type { ContainerFolder } from './state/container-folder.ts';
import type { StoredState } from './state/stored-state.ts';

const SIGKILL = 9;

/** How long who makes a container has to see that it is not wanted: its hooks may take a while. */
const patienceMs = 10_000;
const pauseMs = 5;

/**
 * Has whoever makes a container give it up, and waits until they have: they remove what they have made, as after any failure,
 * and nobody else gets its id before. Who does not come to it is killed; what is left then is for the caller to remove.
 *
 * @param state its state, of phase `creating`
 */
export async function endCreation(
  { clock, log }: Pick<OciContext, 'clock' | 'log'>,
  folder: ContainerFolder,
  state: StoredState,
): Promise<void> {
  // Before the state is read again: whoever has made the container by then, and does not see this, has written that down.
  await orIfMissing(writeFile(folder.unwantedFile, ''), undefined);
  const until = clock.now() + patienceMs;
  while ((await isAlive(state.process)) && (await isStillMade(folder))) {
    if (clock.now() > until) {
      sendSignal(state.process.pid, SIGKILL);
      log.warn(
        `process ${state.process.pid}, which was making "${folder.id}", has been killed: it did not end by itself within ${patienceMs / 1000} s`,
      );
      while (await isAlive(state.process)) await clock.sleep(pauseMs);
      return;
    }
    await clock.sleep(pauseMs);
  }
}

async function isStillMade(folder: ContainerFolder): Promise<boolean> {
  const text = await readTextIfExists(folder.stateFile);
  return text !== undefined && folder.parse(text).phase === 'creating';
}

/** @throws OCI_CONTAINER_STATUS somebody has removed the container while it was made */
export async function refuseUnwanted(folder: ContainerFolder): Promise<void> {
  if (await isUnwanted(folder)) throw unwanted(folder);
}

/** What an error means that came up while a container was made. */
export async function orUnwanted(folder: ContainerFolder, error: unknown): Promise<unknown> {
  return (await isUnwanted(folder)) ? unwanted(folder, error) : error;
}

/** Only who has made the container to the end removes its folder without asking. */
async function isUnwanted(folder: ContainerFolder): Promise<boolean> {
  return (await exists(folder.unwantedFile)) || !(await exists(folder.path));
}

function unwanted({ id }: ContainerFolder, cause?: unknown): BerthError {
  return new BerthError('OCI_CONTAINER_STATUS', {
    message: `container "${id}" was deleted while it was being created`,
    remedy: 'Create it again, if "delete --force" was not meant for it.',
    details: { id, status: 'creating' },
    ...(cause === undefined ? {} : { cause }),
  });
}

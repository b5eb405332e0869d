import { BerthError } from '../../errors/berth-error.ts';
import { parseContainerName } from '../model/container-name.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';

/**
 * Gives a container another name.
 *
 * @throws CONTAINER_NAME_INVALID, CONTAINER_NAME_IN_USE
 */
export function renameContainer(
  state: EngineState,
  container: Container,
  wanted: string,
): Promise<void> {
  return container.queue.run(async () => {
    const name = newName(container, wanted);
    const oldName = container.record.name;
    const reservation = allocating(() => state.index.reserve(name, container.id));
    try {
      await state.save(container, { ...container.record, name });
    } catch (error) {
      reservation.release();
      throw error;
    }
    state.index.releaseName(oldName, container.id);
    await state.ports.networks.rename(container.id, { from: oldName, to: name });
    state.announce(container, 'rename', { oldName: `/${oldName}` });
  });
}

function newName(container: Container, wanted: string): string {
  if (wanted === '') {
    throw new BerthError('CONTAINER_NAME_INVALID', {
      message: 'Neither old nor new names may be empty',
      remedy: 'Give a new name.',
    });
  }
  const slashed = wanted.startsWith('/') ? wanted : `/${wanted}`;
  const name = allocating(() => parseContainerName(slashed));
  if (name !== container.record.name) return name;
  throw new BerthError('CONTAINER_NAME_INVALID', {
    message: 'Renaming a container with the same name as its current name',
    remedy: 'Give another name.',
    details: { name },
  });
}

/** Says before a reason what Docker says. */
function allocating<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    const { code, remedy, details, message } = error;
    throw new BerthError(code, {
      ...{ message: `Error when allocating new name: ${message}`, details, cause: error },
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
}

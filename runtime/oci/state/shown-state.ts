import { stat } from '../../host/files.ts';
import { userName } from '../../host/user-name.ts';
import type { ContainerFolder } from './container-folder.ts';
import type { Status } from './status.ts';
import { statusOf } from './status.ts';
import type { StoredState } from './stored-state.ts';

/** A container's state as `state` and `list` print it: the specification's fields and runc's. */
export interface ShownState {
  readonly ociVersion: string;
  readonly id: string;
  /** On the host; 0 for a container that has stopped. */
  readonly pid: number;
  readonly status: Status;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Who made it. */
  readonly owner: string;
}

/**
 * A container's state now; none while somebody still makes it, as with runc and crun: whoever waits for it takes the first
 * answer for that of a container that has been created.
 *
 * @throws OCI_CONTAINER_MISSING, OCI_STATE_INVALID
 */
export async function shownState(folder: ContainerFolder): Promise<ShownState | undefined> {
  const state = await folder.readState();
  const [status, { uid }] = await Promise.all([statusOf(folder, state), stat(folder.path)]);
  if (status === 'creating') return undefined;
  return shown(state, status, await userName(uid));
}

function shown(state: StoredState, status: Status, owner: string): ShownState {
  const { ociVersion, id, process, bundle, rootfs, created, annotations } = state;
  return {
    ociVersion,
    id,
    pid: status === 'stopped' ? 0 : process.pid,
    status,
    bundle,
    rootfs,
    created,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    owner,
  };
}

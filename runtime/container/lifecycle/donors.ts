import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { open, stat } from '../../host/files.ts';
import type { NamespaceUsers } from '../../network/sandboxes/namespace-pool.ts';
import { donorOf, sharedModes, type SharedType } from '../model/namespace-mode.ts';
import type { IdRemap, MonitorConnection, ProcessTarget } from '../ports.ts';
import { lendsShm } from '../spec/spec-mounts.ts';
import type { DonorPlaces } from '../spec/spec-namespaces.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';
import { idRemapOf } from './id-remap.ts';
import { notRunning, requireStable } from './live-container.ts';

/** What a container has of others for its start. */
export interface Donors {
  readonly places: DonorPlaces;
  /** What its users stand for on the host; absent: they are the host's. */
  readonly idRemap: IdRemap | undefined;
  /** To be called when the container has been started, or could not be. */
  close(): Promise<void>;
}

/**
 * Opens the namespaces of other containers that a container shares. They are held: what is joined is theirs, and not that of
 * a process that has one of their numbers by then.
 *
 * What belongs to a user namespace only those can use who are in it: a container with users of its own has those of the others.
 *
 * @throws CONTAINER_CONFIG_INVALID the other one is gone or does not share, or its users cannot be shared; CONTAINER_NOT_RUNNING
 */
export async function openDonors(state: EngineState, { record }: Container): Promise<Donors> {
  const handles: Handle[] = [];
  const close = async (): Promise<void> => {
    for (const handle of handles.splice(0)) await handle.close();
  };
  const places: { -readonly [Key in keyof DonorPlaces]: DonorPlaces[Key] } = {};
  let idRemap = idRemapOf(state, record);
  try {
    for (const [type, field] of Object.entries(sharedModes) as [SharedType, 'PidMode'][]) {
      const id = donorOf(record.hostConfig[field]);
      if (id === undefined) continue;
      const donor = donorFor(state, type, id);
      const hold = async (namespace: SharedType | 'user'): Promise<string> => {
        const handle = await openNamespace(donor, namespace);
        handles.push(handle);
        return `/proc/${process.pid}/fd/${handle.fd}`;
      };
      places[type] = await hold(type);
      if (idRemap !== undefined) {
        idRemap = donorRemap(donor, field);
        const users = await hold('user');
        if (places.user !== undefined) await requireSame(places.user, users, field);
        places.user = users;
      }
      if (type === 'net') places.names = state.folder(namesOwner(state, donor));
      if (type === 'ipc') places.shm = state.folder(donor).shm;
    }
    return { places, idRemap, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whose a container's network namespace is to be; `undefined`: the host's. */
export function usersOf({ places, idRemap }: Donors): NamespaceUsers | undefined {
  if (places.user !== undefined) return { path: places.user };
  return idRemap && { maps: idRemap };
}

/** Whose files say who it is in its network: not its own when it has another's network itself. */
function namesOwner(state: EngineState, container: Container): Container {
  const donor = donorOf(container.record.hostConfig.NetworkMode);
  return donor === undefined ? container : namesOwner(state, donorFor(state, 'net', donor));
}

function donorFor(state: EngineState, type: SharedType, id: string): Container {
  const what = `failed to join ${type.toUpperCase()} namespace`;
  const donor = orExplained(what, () => state.index.find(id));
  orExplained(what, () => requireStable(donor));
  if (type === 'ipc' && !lendsShm(donor.record)) {
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message: `${what}: container ${id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
      remedy:
        'Create the other container with "--ipc shareable", and nothing of its own at /dev/shm.',
      details: { field: 'HostConfig.IpcMode', container: id },
    });
  }
  return donor;
}

function orExplained<Result>(what: string, action: () => Result): Result {
  try {
    return action();
  } catch (cause) {
    if (!isBerthError(cause)) throw cause;
    // Of a start a 404 would be about the container that is to be started.
    const code = cause.code === 'CONTAINER_NOT_FOUND' ? 'CONTAINER_CONFIG_INVALID' : cause.code;
    const remedy = 'Start the other container first: "docker ps" lists those that run.';
    const { details } = cause;
    throw new BerthError(code, { message: `${what}: ${cause.message}`, remedy, details, cause });
  }
}

/** What the users of another container stand for, which are to be this one's too. */
function donorRemap({ id, record }: Container, field: string): IdRemap {
  if (record.idRemap !== undefined) return record.idRemap;
  throw new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `cannot share a namespace of container ${id}: it has the users of the host, and this container has its own`,
    remedy: 'Run this one with the users of the host, too: "--userns host".',
    details: { field: `HostConfig.${field}`, container: id },
  });
}

/** Nobody is in two user namespaces. */
async function requireSame(one: string, other: string, field: string): Promise<void> {
  const [first, second] = await Promise.all([stat(one), stat(other)]);
  if (first.ino === second.ino && first.dev === second.dev) return;
  throw new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `HostConfig.${field} and another field name containers that do not have the same users: each has its own`,
    remedy:
      'Share all namespaces with one container, or with such as share theirs with each other.',
    details: { field: `HostConfig.${field}` },
  });
}

type Handle = Awaited<ReturnType<typeof open>>;

async function openNamespace(donor: Container, type: SharedType | 'user'): Promise<Handle> {
  const connection = requireStable(donor);
  const target = await targetOf(donor, connection);
  const handle = await open(`/proc/${target.pid}/ns/${type}`, 'r').catch(() => {
    throw notRunning(donor);
  });
  try {
    // The number was still the donor's when its namespace was opened.
    const { startTime } = await targetOf(donor, connection);
    if (startTime !== target.startTime) throw notRunning(donor);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function targetOf(donor: Container, connection: MonitorConnection): Promise<ProcessTarget> {
  const target = await connection.target();
  if (target === undefined) throw notRunning(donor);
  return target;
}

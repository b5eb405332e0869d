import type { VolumeMount } from '../model/container-mount.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { hasProgram } from '../model/container-state.ts';
import { mountsOf } from '../spec/container-mounts.ts';
import type { ContainerIndex } from '../store/container-index.ts';

/** The volumes that a container has. */
export function volumesOf(record: ContainerRecord): readonly VolumeMount[] {
  return mountsOf(record).flatMap((mount) => (mount.kind === 'volume' ? [mount.volume] : []));
}

function has(record: ContainerRecord, name: string): boolean {
  return volumesOf(record).some((volume) => volume.name === name);
}

/** Ids of the containers that have a volume: seen from their records, since what is counted can be miscounted. */
export function usersOf(index: ContainerIndex, name: string): readonly string[] {
  return index.all().flatMap(({ id, record }) => (has(record, name) ? [id] : []));
}

/** Whether a container runs with a volume. */
export function isInUse(index: ContainerIndex, name: string): boolean {
  return index.all().some(({ record }) => hasProgram(record.state) && has(record, name));
}

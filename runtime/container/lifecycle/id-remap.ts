import type { ContainerRecord } from '../model/container-record.ts';
import type { IdRemap } from '../ports.ts';
import type { EngineState } from './engine-state.ts';

/** What its users are to stand for on the host. Containers with those of the host have them whatever berthd is told. */
export function idRemapOf(
  { ports }: EngineState,
  { hostConfig }: ContainerRecord,
): IdRemap | undefined {
  return hostConfig.UsernsMode === 'host' ? undefined : ports.idRemap;
}

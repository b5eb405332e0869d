import type { ContainerRecord } from '../model/container-record.ts';
import type { EndpointSettings } from '../model/networking-config.ts';

/** Docker's short ids have as many digits. */
const shortIdLength = 12;

/** The names that others in a network find a container by; the first is its own, and what its address is called. */
export function endpointNames(
  { name, id, config }: Pick<ContainerRecord, 'name' | 'id' | 'config'>,
  { Aliases }: Pick<EndpointSettings, 'Aliases'>,
): readonly string[] {
  const names = [name, ...(Aliases ?? []), id.slice(0, shortIdLength), config.Hostname];
  return [...new Set(names.filter((each) => each !== ''))];
}

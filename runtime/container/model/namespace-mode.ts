import type { HostConfig } from './host-config.ts';

/** Namespaces that a container can share with another one, and the fields that say so: `container:ID`. */
export const sharedModes = { pid: 'PidMode', ipc: 'IpcMode', net: 'NetworkMode' } as const;

/** A namespace that can be another container's. */
export type SharedType = keyof typeof sharedModes;

const prefix = 'container:';

/** Whose namespace is meant; `undefined` for every other mode. */
export function donorOf(mode: string): string | undefined {
  return mode.startsWith(prefix) ? mode.slice(prefix.length) : undefined;
}

/**
 * The same with the ids of the containers that are named, which stay when those are renamed.
 *
 * @param idOf throws when there is no container of a name
 */
export function withDonorIds(
  hostConfig: HostConfig,
  idOf: (name: string, field: string) => string,
): HostConfig {
  const changes: Partial<Record<(typeof sharedModes)[SharedType], string>> = {};
  for (const field of Object.values(sharedModes)) {
    const donor = donorOf(hostConfig[field]);
    if (donor !== undefined) changes[field] = `${prefix}${idOf(donor, field)}`;
  }
  return { ...hostConfig, ...changes };
}

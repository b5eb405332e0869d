import { BerthError } from '../../errors/berth-error.ts';
import { capabilityNames, defaultCapabilities } from '../../launch/capabilities.ts';
import type { HostConfig } from '../model/host-config.ts';

function fullName(name: string): string {
  const upper = name.toUpperCase();
  return upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}

function known(field: string, list: readonly string[] | null): readonly string[] {
  return (list ?? []).map((given) => {
    const name = fullName(given);
    if (name === 'ALL' || capabilityNames.some((capability) => capability === name)) return name;
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message: `invalid ${field}: unknown capability: "${name}"`,
      remedy: 'Give names of capabilities(7), such as "NET_ADMIN", or "ALL".',
      details: { field: `HostConfig.${field}`, value: given },
    });
  });
}

/**
 * The capabilities of a container: Docker's default set, or all of them, plus CapAdd, minus CapDrop.
 *
 * @throws CONTAINER_CONFIG_INVALID
 */
export function containerCapabilities(
  hostConfig: Pick<HostConfig, 'CapAdd' | 'CapDrop' | 'Privileged'>,
): readonly string[] {
  const add = known('CapAdd', hostConfig.CapAdd);
  const drop = known('CapDrop', hostConfig.CapDrop);
  if (hostConfig.Privileged) return capabilityNames;
  const dropped = (name: string): boolean => drop.includes(name);
  if (add.includes('ALL')) return capabilityNames.filter((name) => !dropped(name));
  const base = drop.includes('ALL') ? [] : defaultCapabilities.filter((name) => !dropped(name));
  return [...new Set<string>([...base, ...add])];
}

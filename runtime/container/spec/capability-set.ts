import { BerthError } from '../../errors/berth-error.ts';
import { readFile } from '../../host/files.ts';
import {
  capabilityNames,
  defaultCapabilities,
  namesInMask,
} from '../../launch/process/capabilities.ts';
import type { HostConfig } from '../model/host-config.ts';

function fullName(name: string): string {
  const upper = name.toUpperCase();
  return upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}

function invalid(field: string, given: string, why: string): BerthError {
  return new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `invalid ${field}: ${why}: "${fullName(given)}"`,
    remedy: 'Give names of capabilities(7) that this host has, such as "NET_ADMIN", or "ALL".',
    details: { field: `HostConfig.${field}`, value: given },
  });
}

function known(field: string, list: readonly string[] | null): readonly string[] {
  return (list ?? []).map((given) => {
    const name = fullName(given);
    if (name === 'ALL' || capabilityNames.some((capability) => capability === name)) return name;
    throw invalid(field, given, 'unknown capability');
  });
}

/** The capabilities that berthd has itself, and can give on (capabilities(7), proc_pid_status(5)). */
export async function ownCapabilities(): Promise<readonly string[]> {
  const status = await readFile('/proc/self/status', 'utf8');
  return namesInMask(BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`));
}

/**
 * The capabilities of a container: Docker's default set, or all of them, plus CapAdd, minus CapDrop.
 *
 * @param available what berthd can give on: `ALL` and a privileged container mean these
 * @throws CONTAINER_CONFIG_INVALID an unknown name, or one in CapAdd that is not available
 */
export function containerCapabilities(
  hostConfig: Pick<HostConfig, 'CapAdd' | 'CapDrop' | 'Privileged'>,
  available: readonly string[],
): readonly string[] {
  const add = known('CapAdd', hostConfig.CapAdd);
  const drop = known('CapDrop', hostConfig.CapDrop);
  if (hostConfig.Privileged) return available;
  const missing = add.find((name) => name !== 'ALL' && !available.includes(name));
  if (missing !== undefined)
    throw invalid('CapAdd', missing, 'capability not available on this host');
  const dropped = (name: string): boolean => drop.includes(name);
  if (add.includes('ALL')) return available.filter((name) => !dropped(name));
  const base = drop.includes('ALL') ? [] : defaultCapabilities.filter((name) => !dropped(name));
  return [...new Set<string>([...base, ...add])];
}

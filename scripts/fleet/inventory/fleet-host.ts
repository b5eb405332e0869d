import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';

/** A host of a fleet. */
export interface FleetHost {
  /** How it is called in tables and logs, once in a fleet. */
  readonly name: string;
  /** Name or address for ssh, as ~/.ssh/config may know it. */
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
  /** What `--only` can choose it by, besides its name. Sorted. */
  readonly labels: readonly string[];
  /** Options of `berth up` for this host alone. */
  readonly upOptions: readonly string[];
}

/** Two hosts of one fleet that are the same. */
export interface Duplicate {
  readonly first: FleetHost;
  readonly second: FleetHost;
  readonly message: string;
}

/** The first pair of hosts that have the same name, or the same address and port. */
export function findDuplicate(hosts: readonly FleetHost[]): Duplicate | undefined {
  const names = new Map<string, FleetHost>();
  const addresses = new Map<string, FleetHost>();
  for (const second of hosts) {
    const namesake = names.get(second.name);
    if (namesake !== undefined) {
      return { first: namesake, second, message: m.duplicateName({ name: second.name }) };
    }
    names.set(second.name, second);
    // Another user on the same machine is still the same machine.
    const address = `${second.address.toLowerCase()} ${second.port ?? ''}`;
    const same = addresses.get(address);
    if (same !== undefined) {
      const { name, address: at } = second;
      const message = m.duplicateAddress({ name: same.name, other: name, address: at });
      return { first: same, second, message };
    }
    addresses.set(address, second);
  }
  return undefined;
}

/**
 * Chooses hosts by name or label; all when nothing is chosen. The order stays. Throws FLEET_NO_HOSTS for a word that
 * no host goes by.
 */
export function selectHosts(
  hosts: readonly FleetHost[],
  only: readonly string[],
): readonly FleetHost[] {
  if (only.length === 0) return hosts;
  const unknown = only.find((word) => !hosts.some((host) => goesBy(host, word)));
  if (unknown === undefined) return hosts.filter((host) => only.some((word) => goesBy(host, word)));
  const known = new Set(hosts.flatMap(({ name, labels }) => [name, ...labels]));
  throw new BerthError('FLEET_NO_HOSTS', {
    message: m.onlyUnknown({ only: unknown, known: [...known].join(', ') }),
    remedy: m.onlyUnknownRemedy(),
    details: { only: unknown, known: [...known] },
  });
}

function goesBy(host: FleetHost, word: string): boolean {
  return host.name === word || host.address === word || host.labels.includes(word);
}

import type { BerthError } from '../../errors/berth-error.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import type { Endpoint } from '../model/sandbox-record.ts';
import { driverRefuses } from './driver-refuses.ts';
import type { NetworkDriver } from './network-driver.ts';
import { parentName } from './parent-interface.ts';

/** What the kernel refuses, and why. */
interface Reason {
  /** The words of Go for the errno, which Docker's error ends with. */
  readonly words: string;
  readonly seen: string;
  readonly wanted: string;
  readonly remedy: string;
}

const another = `Name another interface with "-o parent"; "ip -details link show" says what this one is used for.`;

/**
 * What it means that the kernel does not make an interface of macvlan or ipvlan, or does not bring it up: the begin is Docker's, which says
 * nothing of the reason. `undefined` for other steps, and for what cannot be told.
 */
export const subInterfaceRefusal: NonNullable<NetworkDriver['refusal']> = (
  network,
  endpoint,
  { step, errno },
) => {
  const { driver } = network;
  const name = endpoint.interfaceName;
  if (step === `bring up ${name}`) return addressTaken(network, endpoint, errno);
  if (step !== `make the ${driver} interface ${name}`) return undefined;
  const parent = parentName(network);
  if (errno === 'ENODEV')
    return driverRefuses(
      network,
      `the requested parent interface ${parent} was not found on the Docker host`,
      'Bring it back, or make the network anew with another interface in "-o parent".',
    );
  const reason = reasonOf(driver, parent, errno);
  if (reason === undefined) return undefined;
  const { words, seen, wanted, remedy } = reason;
  return driverRefuses(
    network,
    `failed to create the ${driver} port: ${words} (${seen}; wanted ${wanted})`,
    remedy,
  );
};

/** See macvlan_common_newlink and ipvlan_link_new in drivers/net of the kernel. */
function reasonOf(driver: string, parent: string, errno: string): Reason | undefined {
  const other = driver === 'macvlan' ? 'ipvlan' : 'macvlan';
  switch (errno) {
    case 'EBUSY':
      return {
        words: 'device or resource busy',
        seen: `the parent interface "${parent}" is in use`,
        wanted: `one that is no port of a bridge or a bond, and has no interfaces of ${other}`,
        remedy: another,
      };
    case 'EINVAL':
      return {
        words: 'invalid argument',
        seen: `the parent interface "${parent}" takes no such interface`,
        wanted:
          driver === 'macvlan'
            ? 'one that nobody has for himself in the mode "passthru", and for that mode one that nobody has'
            : 'one with a hardware address, and an MTU that is not above its own',
        remedy: another,
      };
    case 'EOPNOTSUPP':
      return {
        words: 'operation not supported',
        seen: `the kernel has no interfaces of the kind "${driver}"`,
        wanted: 'one that has',
        remedy: `Load the kernel module "${driver}".`,
      };
    default:
      return undefined;
  }
}

/** Two interfaces of one parent cannot have the same hardware address; which errno that is depends on the kernel (macvlan_open). */
function addressTaken(
  network: NetworkRecord,
  { macAddress, interfaceName }: Endpoint,
  errno: string,
): BerthError | undefined {
  if (macAddress === '' || (errno !== 'EADDRINUSE' && errno !== 'EBUSY')) return undefined;
  return driverRefuses(
    network,
    `failed to bring up ${interfaceName}: address already in use ("${macAddress}" is the hardware address of another interface on "${parentName(network)}"; wanted one that nobody has)`,
    'Give another "--mac-address", or none.',
  );
}

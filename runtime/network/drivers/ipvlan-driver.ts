import type { ProgramRunner } from '../../syscall/run-image.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import { addIpvlan, ipvlanFlags, ipvlanModes } from '../netlink/sub-links.ts';
import { commonOptions, optionKinds } from './driver-options.ts';
import { driverRefuses } from './driver-refuses.ts';
import type { NetworkDriver } from './network-driver.ts';
import { parentKey, parentName } from './parent-interface.ts';
import { subInterfaceDriver } from './sub-interface-driver.ts';

const modeKey = 'ipvlan_mode';
const flagKey = 'ipvlan_flag';

/** Networks whose containers share the hardware address of one of the host's interfaces, and are found by their addresses. */
export function ipvlanDriver(runner: ProgramRunner): NetworkDriver {
  return subInterfaceDriver(
    {
      ...{ name: 'ipvlan', macAddress: 'none', verifyMode, verifyBeside },
      options: {
        ...{ ...commonOptions, [parentKey]: optionKinds.text },
        ...{ [modeKey]: optionKinds.text, [flagKey]: optionKinds.text },
      },
      // In the other modes nobody answers for a router: the parent's own routes decide.
      gateway: (network) => (modeOf(network) === 'l2' ? 'router' : 'interface'),
      addLink: (network, settings) =>
        addIpvlan({
          ...settings,
          mode: modeOf(network) ?? 'l2',
          flag: flagOf(network) ?? 'bridge',
        }),
    },
    runner,
  );
}

/** `undefined` for what is none. */
function modeOf({ options }: NetworkRecord): keyof typeof ipvlanModes | undefined {
  const word = options[modeKey] || 'l2';
  return isIn(ipvlanModes, word) ? word : undefined;
}

/** `undefined` for what is none. */
function flagOf({ options }: NetworkRecord): keyof typeof ipvlanFlags | undefined {
  const word = options[flagKey] || 'bridge';
  return isIn(ipvlanFlags, word) ? word : undefined;
}

function isIn<Words extends object>(words: Words, word: PropertyKey): word is keyof Words {
  return Object.hasOwn(words, word);
}

function verifyMode(network: NetworkRecord): void {
  const { options } = network;
  if (modeOf(network) === undefined)
    throw driverRefuses(
      network,
      `requested ipvlan mode '${options[modeKey] ?? ''}' is not valid, 'l2' mode is the ipvlan driver default`,
      `The modes are ${Object.keys(ipvlanModes).join(', ')}.`,
    );
  if (flagOf(network) === undefined)
    throw driverRefuses(
      network,
      `requested ipvlan flag '${options[flagKey] ?? ''}' is not valid, 'bridge' is the ipvlan driver default`,
      `The flags are ${Object.keys(ipvlanFlags).join(', ')}.`,
    );
}

/** The kernel has one mode for all interfaces of a parent. */
function verifyBeside(network: NetworkRecord, other: NetworkRecord): void {
  throw driverRefuses(
    network,
    `network di-${other.id.slice(0, 12)} is already using parent interface ${parentName(network)}`,
    `Remove the network "${other.name}", or name another interface with "-o parent".`,
  );
}

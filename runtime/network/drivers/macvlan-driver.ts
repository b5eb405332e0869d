import type { ProgramRunner } from '../../syscall/run-image.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import { addMacvlan, macvlanModes } from '../netlink/sub-links.ts';
import { commonOptions, optionKinds } from './driver-options.ts';
import { driverRefuses } from './driver-refuses.ts';
import type { NetworkDriver } from './network-driver.ts';
import { parentKey, parentOption } from './parent-interface.ts';
import { subInterfaceDriver } from './sub-interface-driver.ts';

const modeKey = 'macvlan_mode';

/** Networks whose containers have hardware addresses of their own in the wire of one of the host's interfaces. */
export function macvlanDriver(runner: ProgramRunner): NetworkDriver {
  return subInterfaceDriver(
    {
      ...{ name: 'macvlan', macAddress: 'random', verifyMode, verifyBeside },
      options: { ...commonOptions, [parentKey]: optionKinds.text, [modeKey]: optionKinds.text },
      gateway: () => 'router',
      addLink: (network, settings) =>
        addMacvlan({ ...settings, mode: modeOf(network) ?? 'bridge' }),
    },
    runner,
  );
}

/** `undefined` for what is none. */
function modeOf({ options }: NetworkRecord): keyof typeof macvlanModes | undefined {
  const word = options[modeKey] || 'bridge';
  return isMode(word) ? word : undefined;
}

function isMode(word: string): word is keyof typeof macvlanModes {
  return Object.hasOwn(macvlanModes, word);
}

function verifyMode(network: NetworkRecord): void {
  if (modeOf(network) !== undefined) return;
  throw driverRefuses(
    network,
    `requested macvlan mode '${network.options[modeKey] ?? ''}' is not valid, 'bridge' mode is the macvlan driver default`,
    `The modes are ${Object.keys(macvlanModes).join(', ')}.`,
  );
}

/** Who is in the mode `passthru` has the parent alone. */
function verifyBeside(network: NetworkRecord, other: NetworkRecord): void {
  const parent = parentOption(network) ?? '';
  if (modeOf(network) === 'passthru')
    throw driverRefuses(
      network,
      `cannot use mode passthru, macvlan network ${other.id} is already using parent interface ${parent}`,
    );
  if (modeOf(other) === 'passthru')
    throw driverRefuses(
      network,
      `macvlan network ${other.id} is already using parent interface ${parent} in mode passthru`,
    );
}

import { isBerthError } from '../../errors/berth-error.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { ProgramRunner } from '../../syscall/run-image.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import { bringUp, deleteLink, getLink, type Link, setAlias } from '../netlink/links.ts';
import type { NetlinkRequest } from '../netlink/message.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { readLinks } from '../netlink/read-links.ts';
import { addDummy, addVlan } from '../netlink/sub-links.ts';
import { driverRefuses } from './driver-refuses.ts';

/** Docker's name of the option. */
export const parentKey = 'parent';

/**
 * Noted down at the parents that berth has made. Nothing else tells them from an administrator's, and it ends with the interface:
 * one that somebody makes with the same name after a reboot is theirs.
 */
const mark = 'made by berth';

/** Docker's, so that who looks at the host knows them. */
const dummyPrefixes: Readonly<Record<string, string>> = { macvlan: 'dm-', ipvlan: 'di-' };

/** The interface of the host that a network is on; `undefined`: it has one of its own that leads nowhere. */
export function parentOption({ options }: NetworkRecord): string | undefined {
  const value = options[parentKey];
  return value === '' ? undefined : value;
}

/** Its name. */
export function parentName(network: NetworkRecord): string {
  const prefix = dummyPrefixes[network.driver] ?? '';
  return parentOption(network) ?? `${prefix}${network.id.slice(0, 12)}`;
}

/**
 * Sees to the interface that a network is on; gives its index. Its own one, or the VLAN that a name such as `eth0.10` says, is made
 * when it is not there.
 * @throws NETWORK_DRIVER_REFUSED it is not there and cannot be made; SYSCALL_FAILED
 */
export async function ensureParent(runner: ProgramRunner, network: NetworkRecord): Promise<number> {
  const links = await readLinks(runner);
  const name = parentName(network);
  const known = links.find((link) => link.name === name);
  if (known !== undefined) return known.index;
  const isOwn = parentOption(network) === undefined;
  const request = isOwn ? addDummy({ name }) : vlanRequest(network, name, links);
  return make(runner, network, { name, request });
}

/** Removes the interface that a network is on if berth has made it and no other network is on it. @throws SYSCALL_FAILED */
export async function removeParent(
  runner: ProgramRunner,
  network: NetworkRecord,
  others: readonly NetworkRecord[],
): Promise<void> {
  const name = parentName(network);
  if (others.some((other) => !other.configOnly && parentOption(other) === name)) return;
  const links = await readLinks(runner);
  const link = links.find((one) => one.name === name && one.alias === mark);
  if (link === undefined) return;
  const p = new ProgramBuilder(`remove ${name}`);
  const unless = [errnoNumber('ENODEV')];
  NetlinkSocket.open(p).do(deleteLink({ index: link.index }), { unless });
  await runner.run(p);
}

async function make(
  runner: ProgramRunner,
  network: NetworkRecord,
  { name, request }: { readonly name: string; readonly request: NetlinkRequest },
): Promise<number> {
  const p = new ProgramBuilder(`set up ${name}`);
  const host = NetlinkSocket.open(p);
  host.do(request);
  const index = host.indexOf(getLink({ name }));
  host.do(setAlias({ name }, mark));
  host.do(bringUp({ name }));
  p.reply(index.address, 8);
  try {
    const { data } = await runner.run(p);
    return Number(data.readBigUInt64LE());
  } catch (error) {
    if (!isBerthError(error, 'SYSCALL_FAILED') || error.details['errno'] !== 'EOPNOTSUPP')
      throw error;
    const isOwn = parentOption(network) === undefined;
    throw driverRefuses(
      network,
      `failed to create ${name}: the kernel has no interfaces of the kind "${isOwn ? 'dummy' : 'vlan'}"`,
      isOwn
        ? 'Load the kernel module "dummy", or name an interface of the host with "-o parent".'
        : 'Load the kernel module "8021q".',
    );
  }
}

/** `eth0.10` is the VLAN 10 of eth0; the words are Docker's. @throws NETWORK_DRIVER_REFUSED */
function vlanRequest(network: NetworkRecord, name: string, links: readonly Link[]): NetlinkRequest {
  const remedy = `Name one of the host's interfaces with "-o parent", or a VLAN of one, such as "eth0.10".`;
  const [base = '', number, ...more] = name.split('.');
  if (number === undefined)
    throw driverRefuses(
      network,
      `the parent interface ${name} was not found on the host: invalid subinterface vlan name ${name}, example formatting is eth0.10`,
      remedy,
    );
  if (more.length > 0)
    throw driverRefuses(
      network,
      `required interface name format is: name.vlan_id, ex. eth0.10 for vlan 10, instead received ${name}`,
      remedy,
    );
  if (!/^[0-9]{1,9}$/.test(number))
    throw driverRefuses(
      network,
      `unable to parse a valid vlan id from: ${number} (ex. eth0.10 for vlan 10)`,
      remedy,
    );
  const parent = links.find((link) => link.name === base);
  if (parent === undefined)
    throw driverRefuses(network, `-o parent interface was not found on the host: ${base}`, remedy);
  const id = Number(number);
  if (id < 1 || id > 4094)
    throw driverRefuses(network, `vlan id must be between 1-4094, received: ${id}`, remedy);
  return addVlan({ name, id, parent: parent.index });
}

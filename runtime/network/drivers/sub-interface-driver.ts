import { errnoNumber } from '../../syscall/errno.ts';
import type { ProgramRunner } from '../../syscall/run-image.ts';
import { configureInterface } from '../bridge/endpoint.ts';
import { announceAddresses } from '../bridge/neighbours.ts';
import { requirePrefix } from '../ipam/network-addresses.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import { namespaceFd } from '../namespaces/network-namespace.ts';
import { deleteLink } from '../netlink/links.ts';
import type { NetlinkRequest } from '../netlink/message.ts';
import type { FarLinkSettings } from '../netlink/sub-links.ts';
import { advertisementOf } from './advertisement.ts';
import { mtuOption, type OptionTable, verifyOptions } from './driver-options.ts';
import { driverRefuses } from './driver-refuses.ts';
import { parseMac } from './mac-address.ts';
import type { GatewayKind, NetworkDriver } from './network-driver.ts';
import { ensureParent, parentOption, removeParent } from './parent-interface.ts';
import { subInterfaceRefusal } from './sub-interface-refusal.ts';

/** What macvlan and ipvlan differ in. */
export interface SubInterfaceKind {
  readonly name: 'macvlan' | 'ipvlan';
  readonly macAddress: 'random' | 'none';
  readonly options: OptionTable;
  /** Looks at its own options. @throws NETWORK_DRIVER_REFUSED */
  readonly verifyMode: (network: NetworkRecord) => void;
  /** Looks at another network with the same parent interface. @throws NETWORK_DRIVER_REFUSED */
  readonly verifyBeside: (network: NetworkRecord, other: NetworkRecord) => void;
  /** Of a network that leads out. */
  readonly gateway: (network: NetworkRecord) => GatewayKind;
  readonly addLink: (network: NetworkRecord, settings: FarLinkSettings) => NetlinkRequest;
}

/**
 * Networks whose containers have interfaces on one of the host's, and are in the same wire as that. The host itself has no part in
 * them. An interface is made in its container's namespace, and goes with that or with its parent.
 */
export function subInterfaceDriver(kind: SubInterfaceKind, runner: ProgramRunner): NetworkDriver {
  const { name, macAddress } = kind;
  /** Indexes of the parents that are known to be there, by ids of networks. */
  const indexes = new Map<string, number>();
  return {
    ...{ name, macAddress, endpoints: 'interface', addresses: 'any' },
    gateway: (network) =>
      network.internal || parentOption(network) === undefined ? 'none' : kind.gateway(network),
    verify: (network, others) => {
      verify(kind, network, others);
    },
    ensure: async (network) => {
      if (!indexes.has(network.id)) indexes.set(network.id, await ensureParent(runner, network));
    },
    forget: ({ id }) => {
      indexes.delete(id);
    },
    remove: async (network, others) => {
      indexes.delete(network.id);
      await removeParent(runner, network, others);
    },
    connect: (p, sockets, network, { macAddress: mac, interfaceName, addresses, linkLocal }) => {
      const parent = indexes.get(network.id);
      if (parent === undefined) throw new TypeError(network.name);
      const name = interfaceName;
      const macAddress = parseMac(mac);
      const settings = { name, mtu: mtuOption(network), macAddress };
      sockets.host.do(kind.addLink(network, { ...settings, parent, namespaceFd }));
      const own = addresses.map(requirePrefix);
      const index = configureInterface(p, sockets, {
        ...{ name, addresses: own },
        linkLocal: linkLocal.map(requirePrefix),
      });
      // Who has the parent's hardware address is where all others of that parent are.
      if (macAddress !== undefined && advertisementOf(network).count > 0)
        announceAddresses(p, sockets.container, { name, macAddress, addresses: own });
      return index;
    },
    refusal: subInterfaceRefusal,
    disconnect: () => undefined,
    disconnectInside: (container, { interfaceName }) => {
      const unless = [errnoNumber('ENODEV')];
      container.do(deleteLink({ name: interfaceName }), { unless });
    },
    // It has gone with its parent: the container gets another one with its next start.
    reconnect: () => undefined,
    firewall: () => undefined,
  };
}

function verify(
  kind: SubInterfaceKind,
  network: NetworkRecord,
  others: readonly NetworkRecord[],
): void {
  verifyOptions(network, kind.options);
  kind.verifyMode(network);
  const parent = parentOption(network);
  if (parent === 'lo')
    throw driverRefuses(network, `loopback interface is not a valid ${kind.name} parent link`);
  for (const other of others) {
    const isBeside = other.driver === kind.name && !other.configOnly;
    if (isBeside && parent !== undefined && parentOption(other) === parent)
      kind.verifyBeside(network, other);
  }
}

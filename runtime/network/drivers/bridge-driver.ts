import { BerthError } from '../../errors/berth-error.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { parseAddress } from '../address/ip-address.ts';
import type { IpPrefix } from '../address/ip-prefix.ts';
import { ensureBridge, removeBridge } from '../bridge/bridge.ts';
import { connectEndpoint, disconnectEndpoint } from '../bridge/endpoint.ts';
import type { FirewallNetwork, GatewayMode } from '../firewall/firewall.ts';
import { requireAddress, requirePrefix } from '../ipam/network-addresses.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import { type Endpoint, familyOf } from '../model/sandbox-record.ts';
import { getLink, setMaster } from '../netlink/links.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import type { ProgramRunner } from '../../syscall/run-image.ts';
import { advertisementOf } from './advertisement.ts';
import {
  commonOptions,
  flagOption,
  isInterfaceName,
  mtuOption,
  oneOf,
  optionKinds,
  type OptionTable,
  textLike,
  verifyOptions,
} from './driver-options.ts';
import { macAddressFor, parseMac } from './mac-address.ts';
import type { NetworkDriver } from './network-driver.ts';

const own = 'com.docker.network.bridge';
const keys = {
  name: `${own}.name`,
  masquerade: `${own}.enable_ip_masquerade`,
  icc: `${own}.enable_icc`,
  inhibitIpv4: `${own}.inhibit_ipv4`,
  isDefault: `${own}.default_bridge`,
  hostBinding: `${own}.host_binding_ipv4`,
  gatewayMode4: `${own}.gateway_mode_ipv4`,
  gatewayMode6: `${own}.gateway_mode_ipv6`,
  trusted: `${own}.trusted_host_interfaces`,
  host4: 'com.docker.network.host_ipv4',
  host6: 'com.docker.network.host_ipv6',
} as const;

const anAddress = textLike('an IP address', (value) => parseAddress(value) !== undefined);
const gatewayMode = oneOf('nat', 'nat-unprotected', 'routed', 'isolated');

/** Options of the driver, in Docker's words; docs.docker.com, "Bridge network driver". */
const table: OptionTable = {
  [keys.name]: textLike('the name of an interface, of 15 bytes at most', isInterfaceName),
  [keys.masquerade]: optionKinds.flag,
  [keys.icc]: optionKinds.flag,
  [keys.inhibitIpv4]: optionKinds.flag,
  [keys.isDefault]: optionKinds.flag,
  [keys.hostBinding]: anAddress,
  [keys.gatewayMode4]: gatewayMode,
  [keys.gatewayMode6]: gatewayMode,
  [keys.trusted]: optionKinds.text,
  [keys.host4]: anAddress,
  [keys.host6]: anAddress,
  ...commonOptions,
};

/** Networks that are a bridge on this host. */
export class BridgeDriver implements NetworkDriver {
  readonly name = 'bridge';
  readonly endpoints = 'interface';
  readonly macAddress = 'of-address';
  readonly #runner: ProgramRunner;
  /** Indexes of the bridges that are known to be there, by ids of networks. */
  readonly #indexes = new Map<string, number>();

  constructor(runner: ProgramRunner) {
    this.#runner = runner;
  }

  gateway(): 'host' {
    return 'host';
  }

  /** As Docker has it (`GetSkipGwAlloc` of moby 28.5): the host has no address there, and nothing leads out. */
  readonly gatewayUnasked = (network: NetworkRecord): readonly (4 | 6)[] =>
    ([4, 6] as const).filter(
      (family) =>
        gatewayModeOf(network, family) === 'isolated' ||
        (family === 4 && network.internal && flagOption(network, keys.inhibitIpv4, false)),
    );

  verify(network: NetworkRecord, others: readonly NetworkRecord[]): void {
    verifyOptions(network, table);
    const name = bridgeName(network);
    const other = others.find(
      (one) => one.driver === this.name && !one.configOnly && bridgeName(one) === name,
    );
    const isolates = [4, 6].some(
      (family) => gatewayModeOf(network, family === 4 ? 4 : 6) === 'isolated',
    );
    if (other !== undefined)
      throw refused(
        `cannot create network ${network.id} (${name}): conflicts with network ${other.id} (${name}): networks have same bridge name`,
      );
    const count = (family: 4 | 6): number =>
      network.subnets.filter(({ subnet }) => familyOf(subnet) === family).length;
    if (count(4) > 1 || count(6) > 1)
      throw refused(`bridge driver doesn't support multiple subnets`);
    if (isolates && !network.internal)
      throw refused(`gateway mode 'isolated' can only be used for an internal network`);
  }

  async ensure(network: NetworkRecord): Promise<void> {
    if (this.#indexes.has(network.id)) return;
    const name = bridgeName(network);
    const p = new ProgramBuilder(`set up ${name}`);
    const host = NetlinkSocket.open(p);
    const addresses = hostAddresses(network);
    const macAddress = parseMac(macAddressFor(addresses));
    const index = isAdministrators(network)
      ? host.indexOf(getLink({ name }))
      : ensureBridge(p, host, { name, mtu: mtuOption(network), addresses, macAddress });
    p.reply(index.address, 8);
    const { data } = await this.#runner.run(p);
    this.#indexes.set(network.id, Number(data.readBigUInt64LE()));
  }

  forget({ id }: NetworkRecord): void {
    this.#indexes.delete(id);
  }

  async remove(network: NetworkRecord): Promise<void> {
    this.forget(network);
    if (isAdministrators(network)) return;
    const p = new ProgramBuilder(`remove ${bridgeName(network)}`);
    removeBridge(NetlinkSocket.open(p), bridgeName(network));
    await this.#runner.run(p);
  }

  readonly connect: NetworkDriver['connect'] = (p, sockets, network, endpoint) => {
    const bridge = this.#indexes.get(network.id);
    const macAddress = parseMac(endpoint.macAddress);
    if (bridge === undefined || macAddress === undefined) throw new TypeError(network.name);
    return connectEndpoint(p, sockets, {
      ...{ bridge, macAddress, portName: endpoint.portName, name: endpoint.interfaceName },
      mtu: mtuOption(network),
      addresses: endpoint.addresses.map(requirePrefix),
      linkLocal: endpoint.linkLocal.map(requirePrefix),
      announcement: advertisementOf(network).count > 0 ? 'made' : 'left-out',
    });
  };

  readonly disconnect: NetworkDriver['disconnect'] = (host, network, { portName, addresses }) => {
    const bridge = bridgeName(network);
    disconnectEndpoint(host, { bridge, portName, addresses: addresses.map(requirePrefix) });
  };

  reconnect(host: NetlinkSocket, network: NetworkRecord, { portName }: Endpoint): void {
    const unless = [errnoNumber('ENODEV')];
    host.do(setMaster({ name: portName }, this.#indexes.get(network.id) ?? 0), { unless });
  }

  firewall(network: NetworkRecord): FirewallNetwork {
    const { options } = network;
    const [host4, host6] = [options[keys.host4], options[keys.host6]];
    return {
      ...{ id: network.id, bridge: bridgeName(network) },
      subnets: network.subnets.map(({ subnet }) => requirePrefix(subnet)),
      gatewayModes: { 4: gatewayModeOf(network, 4), 6: gatewayModeOf(network, 6) },
      access: network.internal ? 'internal' : 'open',
      interContainer: flagOption(network, keys.icc, true) ? 'open' : 'closed',
      masquerade: flagOption(network, keys.masquerade, true) ? 'on' : 'off',
      hostAddresses: {
        ...(host4 === undefined ? {} : { 4: requireAddress(host4) }),
        ...(host6 === undefined ? {} : { 6: requireAddress(host6) }),
      },
      trustedInterfaces: (options[keys.trusted] ?? '').split(':').filter((name) => name !== ''),
    };
  }
}

/** The interface of a network. */
export function bridgeName({ id, options }: NetworkRecord): string {
  return options[keys.name] ?? `br-${id.slice(0, 12)}`;
}

/** The one of "bridge" in daemon.json is somebody else's: berth makes, changes and removes nothing there. */
function isAdministrators(network: NetworkRecord): boolean {
  return flagOption(network, keys.isDefault, false) && bridgeName(network) !== ownBridge;
}

/** The interface of the network `bridge`, unless daemon.json names another one. */
const ownBridge = 'berth0';

/** Where ports are published at that do not say; `undefined`: at all addresses of the host. */
export function hostBinding({ options }: NetworkRecord): string | undefined {
  return options[keys.hostBinding];
}

function gatewayModeOf({ options }: NetworkRecord, family: 4 | 6): GatewayMode {
  const value = options[family === 4 ? keys.gatewayMode4 : keys.gatewayMode6];
  return value === 'nat-unprotected' || value === 'routed' || value === 'isolated' ? value : 'nat';
}

/** The gateways' addresses, which are the host's unless a network is to have no part in it. */
function hostAddresses(network: NetworkRecord): readonly IpPrefix[] {
  const without4 = flagOption(network, keys.inhibitIpv4, false);
  return network.subnets.flatMap(({ subnet, gateway }) => {
    const { length } = requirePrefix(subnet);
    const address = gateway === undefined ? undefined : requireAddress(gateway);
    if (address === undefined || (address.family === 4 && without4)) return [];
    return gatewayModeOf(network, address.family) === 'isolated' ? [] : [{ address, length }];
  });
}

function refused(message: string): BerthError {
  return new BerthError('NETWORK_CONFIG_REFUSED', {
    message,
    remedy: 'Give other options.',
  });
}

import { createHash } from 'node:crypto';
import { unusableValue } from '../config/config-file.ts';
import type { BridgeAddresses, NetworkConfig } from '../config/network-config.ts';
import { formatAddress, parseAddress } from '../network/address/ip-address.ts';
import {
  contains,
  formatPrefix,
  type IpPrefix,
  networkOf,
  overlaps,
  parsePrefix,
} from '../network/address/ip-prefix.ts';
import { defaultPools, type SubnetPool } from '../network/address/subnet-pools.ts';
import type { DefaultBridgeSettings, NetworkSettings } from '../network/network-ports.ts';

/** What settings of networks depend on beside the configuration. */
export interface NetworkHost {
  /** See `engineId`: berth's own networks of IPv6 are made of it. */
  readonly engineId: string;
  /** Addresses of the bridge that `bridge` names; not looked at otherwise. */
  readonly bridgeAddresses: readonly IpPrefix[];
}

/** The bridge of containers that do not say. */
const ownBridge = 'berth0';

/**
 * The settings that a configuration stands for. Where `bridge` names a bridge of the administrator's, addresses and subnet are
 * those that it has.
 * @throws DAEMON_CONFIG_INVALID that bridge has no address, or none that the other keys fit to
 */
export function networkSettings(config: NetworkConfig, host: NetworkHost): NetworkSettings {
  return {
    defaultBridge: defaultBridge(config, host.bridgeAddresses),
    relays: config.userlandProxy,
    hostGateways: config.hostGateways,
    pools: subnetPools(config.pools, host.engineId),
    defaultOptions: config.defaultOptions,
  };
}

function defaultBridge(
  config: NetworkConfig,
  found: readonly IpPrefix[],
): DefaultBridgeSettings | undefined {
  const { bridge, hasIpv6 } = config;
  if (bridge.kind === 'none') return undefined;
  const name = bridge.kind === 'existing' ? bridge.name : ownBridge;
  const addressesOf = (family: 4 | 6): BridgeAddresses => {
    const wanted = config[family === 4 ? 'ipv4' : 'ipv6'];
    return bridge.kind === 'own' ? wanted : ofExisting({ name, family, wanted, found });
  };
  const [ipv4, ipv6] = [addressesOf(4), hasIpv6 ? addressesOf(6) : nothing];
  return {
    name,
    ...{
      address4: given(ipv4.address),
      range4: network(ipv4.range),
      gateway4: given(ipv4.gateway),
    },
    ...{
      address6: given(ipv6.address),
      range6: network(ipv6.range),
      gateway6: given(ipv6.gateway),
    },
    ipv6: hasIpv6,
    options: bridgeOptions(config),
  };
}

const nothing: BridgeAddresses = { address: '', range: '', gateway: '' };

/** Docker's options of the default bridge: all are said, as `docker network inspect bridge` shows them. */
function bridgeOptions(config: NetworkConfig): Readonly<Record<string, string>> {
  return {
    'com.docker.network.bridge.enable_icc': String(config.interContainer),
    'com.docker.network.bridge.enable_ip_masquerade': String(config.masquerade),
    'com.docker.network.bridge.host_binding_ipv4': config.bindAddress || '0.0.0.0',
    'com.docker.network.driver.mtu': String(config.mtuBytes),
  };
}

interface ExistingBridge {
  readonly name: string;
  readonly family: 4 | 6;
  readonly wanted: BridgeAddresses;
  readonly found: readonly IpPrefix[];
}

/** The address of a bridge that is there: the one whose network has the range, or else the first (daemon_unix.go, `selectBIP`). */
function ofExisting({ name, family, wanted, found }: ExistingBridge): BridgeAddresses {
  const own = found.filter((prefix) => prefix.address.family === family && !isLinkLocal(prefix));
  const range = parsePrefix(wanted.range);
  const chosen =
    own.find((prefix) => range !== undefined && contains(prefix, networkOf(range).address)) ??
    own[0];
  if (chosen === undefined) {
    throw unusableValue(
      ['bridge'],
      `"${name}" has no IPv${family} address; wanted a bridge with one`,
    );
  }
  const subnet = formatPrefix(networkOf(chosen));
  const isPart = range === undefined || (overlaps(chosen, range) && range.length >= chosen.length);
  if (!isPart) {
    const key = family === 4 ? 'fixed-cidr' : 'fixed-cidr-v6';
    throw unusableValue([key], `wanted a part of "${subnet}", which is the network of "${name}"`);
  }
  const gateway = parseAddress(wanted.gateway);
  if (gateway !== undefined && !contains(chosen, gateway)) {
    const key = family === 4 ? 'default-gateway' : 'default-gateway-v6';
    throw unusableValue(
      [key],
      `wanted an address of "${subnet}", which is the network of "${name}"`,
    );
  }
  return { ...wanted, address: formatPrefix(chosen) };
}

/** fe80::/64, which the kernel gives to every interface. */
function isLinkLocal({ address: { family, value } }: IpPrefix): boolean {
  return family === 6 && value >> 64n === 0xfe80n << 48n;
}

/** The pools of subnets: Docker's when none are configured, and networks of this engine's own where there are none of IPv6. */
function subnetPools(configured: readonly SubnetPool[], engineId: string): readonly SubnetPool[] {
  const pools = configured.length > 0 ? configured : defaultPools;
  return pools.some(({ base }) => base.address.family === 6)
    ? pools
    : [...pools, uniqueLocalPool(engineId)];
}

/** A network that is likely nobody else's (RFC 4193, section 3.2), and always the same: fd, 40 bits of a digest, and subnets of 64 bits. */
function uniqueLocalPool(engineId: string): SubnetPool {
  const digest = createHash('sha256').update(engineId).digest();
  // Docker takes the same bits of it (daemon.go, `deriveULABaseNetwork`).
  const globalId = digest.readBigUInt64BE() & ((1n << 40n) - 1n);
  const value = (0xfdn << 120n) | (globalId << 80n);
  return { base: { address: { family: 6, value }, length: 48 }, size: 64 };
}

function given(text: string): string | undefined {
  const [host = '', length] = text.split('/');
  const address = parseAddress(host);
  if (address === undefined) return undefined;
  return length === undefined ? formatAddress(address) : `${formatAddress(address)}/${length}`;
}

/** As Docker takes `fixed-cidr`: what is behind the prefix does not count. */
function network(text: string): string | undefined {
  const prefix = parsePrefix(text);
  return prefix === undefined ? undefined : formatPrefix(networkOf(prefix));
}

import type { SubnetPool } from '../network/address/subnet-pools.ts';
import { networkOf, parsePrefix } from '../network/address/ip-prefix.ts';
import type { ParsedNetworkKeys } from './network-keys.ts';

/** The bridge of containers that do not say: berth's own, one that the administrator has made, or none. */
export type DefaultBridgeChoice =
  | { readonly kind: 'own' }
  | { readonly kind: 'existing'; readonly name: string }
  | { readonly kind: 'none' };

/** What daemon.json says of addresses of one family; empty: nothing. */
export interface BridgeAddresses {
  /** `bip`: the host's address, with the length of the prefix. */
  readonly address: string;
  /** `fixed-cidr`: what containers get addresses of. */
  readonly range: string;
  /** `default-gateway`: another router than the host. */
  readonly gateway: string;
}

/** What daemon.json says of networks. */
export interface NetworkConfig {
  readonly bridge: DefaultBridgeChoice;
  readonly ipv4: BridgeAddresses;
  /** Only with `hasIpv6`. */
  readonly ipv6: BridgeAddresses;
  /** `ipv6`: whether the default bridge has IPv6. */
  readonly hasIpv6: boolean;
  /** `icc`: whether containers of the default bridge reach each other. */
  readonly interContainer: boolean;
  /** `ip-masq`, of the default bridge; off without `iptables`. */
  readonly masquerade: boolean;
  /** `mtu` of the default bridge, in bytes. */
  readonly mtuBytes: number;
  /** `ip`: the host's address that ports of the default bridge are published at; empty: all. */
  readonly bindAddress: string;
  /** `default-address-pools`; empty: Docker's own. */
  readonly pools: readonly SubnetPool[];
  /** `default-network-opts`: options by driver, for networks that are made from then on. */
  readonly defaultOptions: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `host-gateway-ip` and `host-gateway-ips`: what `host-gateway` stands for; none: the default bridge's addresses. */
  readonly hostGateways: readonly string[];
  /** `iptables`, `ip6tables`: families whose packets berth has rules for. */
  readonly firewall: { readonly ipv4: boolean; readonly ipv6: boolean };
  /** `ip-forward`: whether berth sees to it that the host forwards packets. */
  readonly forwarding: boolean;
  /** `ip-forward-no-drop`: whether what nobody allows is forwarded all the same. */
  readonly forwardWithoutDrop: boolean;
  /** `allow-direct-routing`: whether other hosts reach published ports by the containers' own addresses. */
  readonly directRouting: boolean;
  /** `userland-proxy`: whether published ports are reached from loopback by way of a process. */
  readonly userlandProxy: boolean;
}

/** Docker's MTU of the default bridge. */
const defaultMtuBytes = 1500;

/** The settings that keys stand for which have been checked. */
export function networkConfig(config: ParsedNetworkKeys): NetworkConfig {
  const one = config['host-gateway-ip'];
  return {
    bridge: bridgeOf(config.bridge),
    ipv4: {
      ...{ address: config.bip, range: config['fixed-cidr'], gateway: config['default-gateway'] },
    },
    ipv6: {
      address: config.bip6,
      range: config['fixed-cidr-v6'],
      gateway: config['default-gateway-v6'],
    },
    hasIpv6: config.ipv6,
    interContainer: config.icc,
    masquerade: config['ip-masq'] && config.iptables,
    mtuBytes: config.mtu === 0 ? defaultMtuBytes : config.mtu,
    bindAddress: config.ip,
    pools: config['default-address-pools'].flatMap(({ base, size }) => {
      const prefix = parsePrefix(base);
      return prefix === undefined ? [] : [{ base: networkOf(prefix), size }];
    }),
    defaultOptions: config['default-network-opts'],
    hostGateways: one === '' ? config['host-gateway-ips'] : [one],
    firewall: { ipv4: config.iptables, ipv6: config.ip6tables },
    forwarding: config['ip-forward'],
    forwardWithoutDrop: config['ip-forward-no-drop'],
    directRouting: config['allow-direct-routing'],
    userlandProxy: config['userland-proxy'],
  };
}

function bridgeOf(name: string): DefaultBridgeChoice {
  if (name === '') return { kind: 'own' };
  return name === 'none' ? { kind: 'none' } : { kind: 'existing', name };
}

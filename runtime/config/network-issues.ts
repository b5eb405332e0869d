import { familyBits, parseAddress } from '../network/address/ip-address.ts';
import { contains, networkOf, overlaps, parsePrefix } from '../network/address/ip-prefix.ts';
import type { ParsedNetworkKeys } from './network-keys.ts';

/** What is wrong between keys of networks, each of which is right by itself. */
export interface NetworkIssue {
  readonly path: readonly (string | number)[];
  readonly wanted: string;
}

/** What holds between the keys of networks. */
export function networkIssues(config: ParsedNetworkKeys): readonly NetworkIssue[] {
  return [
    ...bridgeIssues(config),
    ...addressIssues(config, keysOfFamily[4]),
    ...addressIssues(config, keysOfFamily[6]),
    ...ipv6Issues(config),
    ...poolIssues(config['default-address-pools']),
    ...hostGatewayIssues(config),
    ...isolationIssues(config),
  ];
}

const keysOfFamily = {
  4: { address: 'bip', range: 'fixed-cidr', gateway: 'default-gateway' },
  6: { address: 'bip6', range: 'fixed-cidr-v6', gateway: 'default-gateway-v6' },
} as const;

type FamilyKeys = (typeof keysOfFamily)[4 | 6];

/** A bridge of the administrator's has the addresses that it has. */
function bridgeIssues({ bridge, bip, bip6 }: ParsedNetworkKeys): readonly NetworkIssue[] {
  if (bridge === '') return [];
  const wanted =
    bridge === 'none'
      ? 'nothing: "bridge" is "none"'
      : 'nothing: "bridge" names a bridge that has addresses of its own';
  return Object.entries({ bip, bip6 }).flatMap(([key, value]) =>
    value === '' ? [] : [{ path: [key], wanted }],
  );
}

/** The range is a part of the bridge's subnet, and so is another router. */
function addressIssues(config: ParsedNetworkKeys, keys: FamilyKeys): readonly NetworkIssue[] {
  const own = parsePrefix(config[keys.address]);
  const range = parsePrefix(config[keys.range]);
  const gateway = parseAddress(config[keys.gateway]);
  const isPart =
    own === undefined ||
    range === undefined ||
    (contains(own, networkOf(range).address) && range.length >= own.length);
  const outside: NetworkIssue[] = isPart
    ? []
    : [{ path: [keys.range], wanted: `a part of the network of "${keys.address}"` }];
  // Of a bridge of the administrator's nobody knows the addresses yet.
  if (gateway === undefined || config.bridge !== '') return outside;
  const subnet = own ?? range;
  if (subnet !== undefined && contains(subnet, gateway)) return outside;
  const wanted =
    subnet === undefined
      ? `"${keys.address}" or "${keys.range}" beside it, which it is an address of`
      : `an address of the network of "${own === undefined ? keys.range : keys.address}"`;
  return [...outside, { path: [keys.gateway], wanted }];
}

function ipv6Issues(config: ParsedNetworkKeys): readonly NetworkIssue[] {
  if (config.ipv6) return [];
  return Object.values(keysOfFamily[6])
    .filter((key) => config[key] !== '')
    .map((key) => ({ path: [key], wanted: '"ipv6": true beside it' }));
}

const sizeWanted = 'a length of a prefix, from that of "base" to that of an address';

function poolIssues(pools: ParsedNetworkKeys['default-address-pools']): readonly NetworkIssue[] {
  const bases = pools.map(({ base }) => parsePrefix(base));
  return pools.flatMap(({ size }, index) => {
    const base = bases[index];
    if (base === undefined) return [];
    const path = ['default-address-pools', index];
    const longest = familyBits[base.address.family];
    const shared = bases.slice(0, index).some((one) => one !== undefined && overlaps(one, base));
    return [
      ...(size >= base.length && size <= longest
        ? []
        : [{ path: [...path, 'size'], wanted: sizeWanted }]),
      ...(shared
        ? [{ path: [...path, 'base'], wanted: 'a network apart from those of the pools before' }]
        : []),
    ];
  });
}

/** As Docker: at most one of each family, by one key. */
function hostGatewayIssues(config: ParsedNetworkKeys): readonly NetworkIssue[] {
  const several = config['host-gateway-ips'];
  if (config['host-gateway-ip'] !== '' && several.length > 0)
    return [{ path: ['host-gateway-ip'], wanted: 'nothing beside "host-gateway-ips"' }];
  const families = several.map((address) => parseAddress(address)?.family);
  return families.flatMap((family, index) =>
    families.indexOf(family) === index
      ? []
      : [{ path: ['host-gateway-ips', index], wanted: 'one address of each family at most' }],
  );
}

/** Only rules of a firewall keep containers of one bridge from each other. */
function isolationIssues(config: ParsedNetworkKeys): readonly NetworkIssue[] {
  if (config.icc) return [];
  if (!config.iptables) return [{ path: ['icc'], wanted: 'true, or "iptables": true' }];
  if (!config.ipv6 || config.ip6tables) return [];
  return [{ path: ['icc'], wanted: 'true, or "ip6tables": true' }];
}

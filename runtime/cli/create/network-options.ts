import { Option } from 'commander';
import { collect } from '../collect.ts';

/** What a container wants to be in its network. */
export interface NetworkOptions {
  readonly network: string;
  readonly ip?: string;
  readonly ip6?: string;
  readonly linkLocalIp?: readonly string[];
  readonly macAddress?: string;
  readonly networkAlias?: readonly string[];
}

const several = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect);

/** Declares {@link NetworkOptions}. */
export const networkOptions: readonly Option[] = [
  new Option('--network <network>', 'none (loopback only), host or default').default('default'),
  new Option('--ip <address>', 'IPv4 address in its network'),
  new Option('--ip6 <address>', 'IPv6 address in its network'),
  several('--link-local-ip <address>', 'link-local address'),
  new Option('--mac-address <address>', 'hardware address'),
  several('--network-alias <name>', 'one more name in its network'),
];

/** `NetworkingConfig`, when anything of the network was asked for. */
export function networkingConfig(options: NetworkOptions): object | undefined {
  const { ip, ip6, linkLocalIp, macAddress, networkAlias } = options;
  const addresses = {
    ...(ip === undefined ? {} : { IPv4Address: ip }),
    ...(ip6 === undefined ? {} : { IPv6Address: ip6 }),
    ...(linkLocalIp === undefined ? {} : { LinkLocalIPs: linkLocalIp }),
  };
  const endpoint = {
    ...(Object.keys(addresses).length === 0 ? {} : { IPAMConfig: addresses }),
    ...(macAddress === undefined ? {} : { MacAddress: macAddress }),
    ...(networkAlias === undefined ? {} : { Aliases: networkAlias }),
  };
  if (Object.keys(endpoint).length === 0) return undefined;
  return { EndpointsConfig: { [options.network]: endpoint } };
}

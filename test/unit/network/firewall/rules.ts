import type {
  FirewallNetwork,
  PublishedPort,
} from '../../../../runtime/network/firewall/firewall.ts';
import { type IpAddress, parseAddress } from '../../../../runtime/network/address/ip-address.ts';
import { type IpPrefix, parsePrefix } from '../../../../runtime/network/address/ip-prefix.ts';

export function address(text: string): IpAddress {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

export function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

export const network: FirewallNetwork = {
  id: 'n1',
  bridge: 'br-n1',
  subnets: [prefix('10.1.0.0/24'), prefix('fd01::/64')],
  gatewayModes: { 4: 'nat', 6: 'routed' },
  access: 'open',
  interContainer: 'closed',
  masquerade: 'on',
  hostAddresses: {},
  trustedInterfaces: ['eth7'],
};

export const port: PublishedPort = {
  network: 'n1',
  protocol: 'sctp',
  hostAddress: address('0.0.0.0'),
  hostPort: 8080,
  containerAddress: address('10.1.0.2'),
  containerPort: 80,
};

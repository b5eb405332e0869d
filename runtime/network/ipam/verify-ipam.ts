import { BerthError } from '../../errors/berth-error.ts';
import { parseAddress } from '../address/ip-address.ts';
import {
  contains,
  formatPrefix,
  type IpPrefix,
  networkOf,
  overlaps,
  parsePrefix,
} from '../address/ip-prefix.ts';

/** An item of `IPAM.Config` as a client sends it. */
export interface SubnetRequest {
  readonly subnet: string;
  /** Empty: all of the subnet. */
  readonly range: string;
  /** Empty: berth chooses. */
  readonly gateway: string;
  readonly auxiliary: Readonly<Record<string, string>>;
}

/**
 * Looks at what a client wants of a network's addresses; the words are Docker's (api/types/network/ipam.go of moby 28.5).
 * @throws NETWORK_CONFIG_INVALID naming all that is wrong
 */
export function verifySubnets(requests: readonly SubnetRequest[], ipv6: boolean): void {
  const problems = requests.flatMap((request) => problemsOf(request, ipv6));
  if (problems.length === 0) return;
  const list = problems.length === 1 ? problems[0] : `* ${problems.join('\n* ')}`;
  throw new BerthError('NETWORK_CONFIG_INVALID', {
    message: `invalid network config:\n${list ?? ''}`,
    remedy: 'Give subnets such as "172.28.0.0/16", with gateways and ranges that are part of them.',
    details: { field: 'IPAM.Config', problems },
  });
}

function problemsOf(
  { subnet: text, range, gateway, auxiliary }: SubnetRequest,
  ipv6: boolean,
): readonly string[] {
  const subnet = parsePrefix(text);
  if (subnet === undefined) return [`invalid subnet ${text}: invalid CIDR block notation`];
  // As in Docker it does no harm to a network without IPv6.
  if (subnet.address.family === 6 && !ipv6) return [];
  const network = formatPrefix(networkOf(subnet));
  return [
    ...(network === formatPrefix(subnet)
      ? []
      : [`invalid subnet ${text}: it should be ${network}`]),
    ...rangeProblems(range, subnet),
    ...addressProblem(gateway, subnet).map((why) => `invalid gateway ${gateway}: ${why}`),
    ...Object.entries(auxiliary).flatMap(([name, address]) =>
      addressProblem(address, subnet).map((why) => `invalid auxiliary address ${name}: ${why}`),
    ),
  ];
}

function rangeProblems(text: string, subnet: IpPrefix): readonly string[] {
  if (text === '') return [];
  const range = parsePrefix(text);
  if (range === undefined) return [`invalid ip-range ${text}: invalid CIDR block notation`];
  const parent = formatPrefix(subnet);
  if (range.address.family !== subnet.address.family)
    return [`invalid ip-range ${text}: parent subnet is an IPv${subnet.address.family} block`];
  const network = formatPrefix(networkOf(range));
  return [
    ...(range.length < subnet.length
      ? [`invalid ip-range ${text}: CIDR block is bigger than its parent subnet ${parent}`]
      : []),
    ...(network === formatPrefix(range)
      ? []
      : [`invalid ip-range ${text}: it should be ${network}`]),
    ...(overlaps(subnet, range)
      ? []
      : [`invalid ip-range ${text}: parent subnet ${parent} doesn't contain ip-range`]),
  ];
}

function addressProblem(text: string, subnet: IpPrefix): readonly string[] {
  if (text === '') return [];
  const address = parseAddress(text);
  if (address === undefined) return ['invalid address'];
  const { family } = subnet.address;
  if (address.family !== family) return [`parent subnet is an IPv${family} block`];
  if (contains(subnet, address)) return [];
  return [`parent subnet ${formatPrefix(subnet)} doesn't contain this address`];
}

import { BlockList, isIP } from '../../host/ip-address.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { optionError } from './option-error.ts';

/** Options of `network create` about addresses; lists may have commas, too. */
export interface IpamOptions {
  readonly subnet?: readonly string[];
  readonly ipRange?: readonly string[];
  readonly gateway?: readonly string[];
  readonly auxAddress?: readonly string[];
}

/** An item of `IPAM.Config`. */
export interface IpamItem {
  readonly Subnet: string;
  readonly IPRange?: string;
  readonly Gateway?: string;
  readonly AuxiliaryAddresses?: Readonly<Record<string, string>>;
}

/**
 * What belongs to which subnet, as docker's client sorts it: by the addresses themselves.
 * @throws OPTION_INVALID
 */
export function ipamConfig(options: IpamOptions): readonly IpamItem[] {
  const subnets = (options.subnet ?? []).map((text) => ({
    text,
    has: networkOf('--subnet', text),
  }));
  refuseOverlap(subnets.map(({ text }) => text));
  const texts = subnets.map(({ text }) => text);
  const place = (option: string, what: string, value: string): string => {
    const [address = ''] = value.split('/');
    if (isIP(address) === 0)
      throw optionError(option, value, { wanted: 'an address', example: '172.28.0.1' });
    const found = subnets.find(({ has }) => has(address));
    if (found) return found.text;
    throw invalid(`no matching subnet for ${what} ${value}`);
  };
  const bySubnet = (option: string, what: string, values: readonly string[]) => {
    const found = new Map<string, string>();
    for (const value of values) {
      const subnet = place(option, what, value);
      const other = found.get(subnet);
      if (other !== undefined)
        throw invalid(
          `cannot configure multiple ${what}s (${value}, ${other}) on the same subnet (${subnet})`,
        );
      found.set(subnet, value);
    }
    return found;
  };
  const [ranges, gateways] = [
    bySubnet('--ip-range', 'range', options.ipRange ?? []),
    bySubnet('--gateway', 'gateway', options.gateway ?? []),
  ];
  const auxiliary = (options.auxAddress ?? []).map((value) => auxiliaryOf(value, place));
  return texts.map((subnet) => {
    const [range, gateway] = [ranges.get(subnet), gateways.get(subnet)];
    const own = auxiliary.filter((one) => one.subnet === subnet);
    return {
      Subnet: subnet,
      ...(range === undefined ? {} : { IPRange: range }),
      ...(gateway === undefined ? {} : { Gateway: gateway }),
      ...(own.length === 0
        ? {}
        : {
            AuxiliaryAddresses: Object.fromEntries(own.map(({ name, address }) => [name, address])),
          }),
    };
  });
}

function auxiliaryOf(
  value: string,
  place: (option: string, what: string, value: string) => string,
): { readonly name: string; readonly address: string; readonly subnet: string } {
  const [, name = '', address = ''] = /^([^=]+)=(.+)$/.exec(value) ?? [];
  if (name === '')
    throw optionError('--aux-address', value, {
      wanted: 'name=address',
      example: 'router=172.28.0.2',
    });
  return { name, address, subnet: place('--aux-address', 'aux-address', address) };
}

/** A test whether an address is in a subnet. */
function networkOf(option: string, text: string): (address: string) => boolean {
  const [, address = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(digits) > (family === 4 ? 32 : 128))
    throw optionError(option, text, { wanted: 'a subnet', example: '172.28.0.0/16' });
  const list = new BlockList();
  list.addSubnet(address, Number(digits), family === 4 ? 'ipv4' : 'ipv6');
  return (other) => isIP(other) === family && list.check(other, family === 4 ? 'ipv4' : 'ipv6');
}

function refuseOverlap(subnets: readonly string[]): void {
  const addressOf = (text: string): string => text.split('/')[0] ?? '';
  const overlap = subnets.some((one, at) =>
    subnets
      .slice(0, at)
      .some(
        (other) =>
          networkOf('--subnet', one)(addressOf(other)) ||
          networkOf('--subnet', other)(addressOf(one)),
      ),
  );
  if (overlap) throw invalid('multiple overlapping subnet configuration is not supported');
}

function invalid(message: string): BerthError {
  return new BerthError('OPTION_INVALID', {
    message,
    remedy: 'Give each subnet with --subnet, and what is to be in it with the other options.',
  });
}

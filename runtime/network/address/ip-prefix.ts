import { familyBits, formatAddress, type IpAddress, parseAddress } from './ip-address.ts';

/** An address and how many of its first bits name a network: `172.17.0.1/16`. */
export interface IpPrefix {
  readonly address: IpAddress;
  /** 0 to 32 or 128. */
  readonly length: number;
}

/** Reads `ADDRESS/LENGTH` (RFC 4632, RFC 4291 section 2.3); `undefined` for what is none. */
export function parsePrefix(text: string): IpPrefix | undefined {
  const [, host = '', digits = ''] = /^([^/]+)\/(0|[1-9][0-9]{0,2})$/.exec(text) ?? [];
  const address = parseAddress(host);
  const length = Number(digits);
  if (address === undefined || digits === '' || length > familyBits[address.family])
    return undefined;
  return { address, length };
}

/** `ADDRESS/LENGTH`. */
export function formatPrefix({ address, length }: IpPrefix): string {
  return `${formatAddress(address)}/${length}`;
}

/** The network of a prefix: the same with all bits behind its length zero. */
export function networkOf(prefix: IpPrefix): IpPrefix {
  return { ...prefix, address: { ...prefix.address, value: firstOf(prefix) } };
}

/** The lowest address of a network, as a number. */
export function firstOf({ address, length }: IpPrefix): bigint {
  const bits = BigInt(familyBits[address.family] - length);
  return (address.value >> bits) << bits;
}

/** The highest address of a network, as a number; the broadcast address of IPv4. */
export function lastOf(prefix: IpPrefix): bigint {
  return firstOf(prefix) + sizeOf(prefix) - 1n;
}

/** How many addresses a network has, its first and last included. */
export function sizeOf({ address, length }: IpPrefix): bigint {
  return 1n << BigInt(familyBits[address.family] - length);
}

/** Whether an address is in a network. */
export function contains(network: IpPrefix, { family, value }: IpAddress): boolean {
  if (family !== network.address.family) return false;
  return firstOf(network) <= value && value <= lastOf(network);
}

/** Whether two networks have addresses in common. */
export function overlaps(one: IpPrefix, other: IpPrefix): boolean {
  return contains(one, networkOf(other).address) || contains(other, networkOf(one).address);
}

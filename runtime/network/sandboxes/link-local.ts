import { BerthError } from '../../errors/berth-error.ts';
import { parseAddress } from '../address/ip-address.ts';
import { contains, formatPrefix, type IpPrefix } from '../address/ip-prefix.ts';
import { requirePrefix } from '../ipam/network-addresses.ts';

/** Of each family: whose addresses do not lead off the wire (RFC 3927; RFC 4291, section 2.5.6), and the length that Docker gives them. */
const kinds = [
  { range: requirePrefix('169.254.0.0/16'), length: 16 },
  { range: requirePrefix('fe80::/10'), length: 64 },
] as const;

/**
 * `LinkLocalIPs` of an endpoint as addresses of an interface (`CreateOptionIpam` of moby 28.5). They are nobody's but that
 * container's: no network counts them.
 * @throws ENDPOINT_SETTINGS_INVALID
 */
export function linkLocalAddresses(texts: readonly string[]): readonly string[] {
  return texts.map((text) => formatPrefix(linkLocalPrefix(text)));
}

function linkLocalPrefix(text: string): IpPrefix {
  const address = parseAddress(text);
  const kind = kinds.find(({ range }) => address !== undefined && contains(range, address));
  if (address !== undefined && kind !== undefined) return { address, length: kind.length };
  throw new BerthError('ENDPOINT_SETTINGS_INVALID', {
    message: `invalid link local IP address: ${text}`,
    remedy: 'Give an address of 169.254.0.0/16 or fe80::/10.',
    details: { field: 'LinkLocalIPs', value: text },
  });
}

import { z } from 'zod';
import { familyBits, parseAddress } from '../network/address/ip-address.ts';
import { firstOf, type IpPrefix, parsePrefix } from '../network/address/ip-prefix.ts';

const text = z.string({ error: 'a string' });
const flag = z.boolean({ error: 'true or false' });
const number = z.int({ error: 'a whole number' });

/** Docker takes an empty text for none. */
const textLike = (accepts: (value: string) => boolean, error: string): z.ZodType<string> =>
  text.refine((value) => value === '' || accepts(value), { error });

const prefixOf = (family: 4 | 6, value: string): IpPrefix | undefined => {
  const prefix = parsePrefix(value);
  return prefix?.address.family === family ? prefix : undefined;
};
const isPrefix = (family: 4 | 6) => (value: string) => prefixOf(family, value) !== undefined;
const isAddress = (family: 4 | 6) => (value: string) => parseAddress(value)?.family === family;

/** Whether a host may have it: the first address of a subnet is that of all of it. */
const isHostPrefix = (family: 4 | 6) => (value: string) => {
  const prefix = prefixOf(family, value);
  if (prefix === undefined) return false;
  const isPair = familyBits[family] - prefix.length <= 1;
  return isPair || prefix.address.value !== firstOf(prefix);
};

const anyAddress = textLike((value) => parseAddress(value) !== undefined, 'an IP address');

/** Whether the kernel takes a text as the name of an interface (dev_valid_name in net/core/dev.c). */
function isInterfaceName(value: string): boolean {
  return /^[^\s/:%]{1,15}$/.test(value) && value !== '.' && value !== '..';
}

/** Keys of daemon.json about networks: Docker's own names and meanings (dockerd(8), moby 28.5). */
export const networkKeys = {
  bip: textLike(
    isHostPrefix(4),
    'an IPv4 address of the bridge with the length of its prefix, such as "192.168.1.1/24"',
  ).default(''),
  bip6: textLike(
    isHostPrefix(6),
    'an IPv6 address of the bridge with the length of its prefix, such as "fd00:1::1/64"',
  ).default(''),
  bridge: textLike(isInterfaceName, 'the name of an interface, or "none"').default(''),
  'fixed-cidr': textLike(isPrefix(4), 'an IPv4 network such as "192.168.1.0/25"').default(''),
  'fixed-cidr-v6': textLike(isPrefix(6), 'an IPv6 network such as "fd00:1::/64"').default(''),
  'default-gateway': textLike(isAddress(4), 'an IPv4 address').default(''),
  'default-gateway-v6': textLike(isAddress(6), 'an IPv6 address').default(''),
  'default-address-pools': z
    .array(
      z.strictObject(
        {
          base: text.refine((value) => parsePrefix(value) !== undefined, {
            error: 'a network such as "10.10.0.0/16"',
          }),
          size: number,
        },
        { error: 'an object with "base" and "size"' },
      ),
      { error: 'a list of address pools' },
    )
    .readonly()
    .default([]),
  'default-network-opts': z
    .record(z.string(), z.record(z.string(), text, { error: 'options by name' }), {
      error: 'options by network driver',
    })
    .default({}),
  'host-gateway-ip': anyAddress.default(''),
  'host-gateway-ips': z
    .array(
      text.refine((value) => parseAddress(value) !== undefined, { error: 'an IP address' }),
      { error: 'a list of IP addresses' },
    )
    .readonly()
    .default([]),
  ip: anyAddress.default(''),
  ipv6: flag.default(false),
  icc: flag.default(true),
  iptables: flag.default(true),
  ip6tables: flag.default(true),
  'ip-forward': flag.default(true),
  'ip-forward-no-drop': flag.default(false),
  'ip-masq': flag.default(true),
  // Of less than 68 bytes no network is made of that carries IPv4 (RFC 791).
  mtu: number
    .refine((value) => value === 0 || (value >= 68 && value <= 65_535), {
      error: 'a number of bytes from 68 to 65535, or 0',
    })
    .default(0),
  'userland-proxy': flag.default(true),
  'allow-direct-routing': flag.default(false),
};

/** The keys of networks with values of the right types. */
export type ParsedNetworkKeys = z.infer<ReturnType<typeof z.object<typeof networkKeys>>>;

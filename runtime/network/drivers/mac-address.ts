import { randomBytes } from '../../host/random-id.ts';
import { addressBytes } from '../address/ip-address.ts';
import type { IpPrefix } from '../address/ip-prefix.ts';

/** A hardware address that nobody else is likely to have. */
export function randomMac(): string {
  return formatMac(Uint8Array.of(0x02, 0x42, ...randomBytes(4)));
}

/**
 * The hardware address of an interface with these addresses. It is made of that of IPv4, so that whoever gets this one next is
 * reached at once by those who remember where it was.
 */
export function macAddressFor(addresses: readonly IpPrefix[]): string {
  const ipv4 = addresses.find(({ address }) => address.family === 4);
  if (ipv4 === undefined) return randomMac();
  return formatMac(Uint8Array.of(0x02, 0x42, ...addressBytes(ipv4.address)));
}

/** Six bytes as `02:42:ac:11:00:02`. */
export function formatMac(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** The six bytes of a hardware address, with colons, hyphens or, by fours, dots between its digits; `undefined` for what is none. */
export function parseMac(text: string): Uint8Array | undefined {
  const isOne =
    /^[0-9a-f]{2}(?:(:)[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}|(-)[0-9a-f]{2}(?:\2[0-9a-f]{2}){4})$/i.test(
      text,
    ) || /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i.test(text);
  return isOne ? Buffer.from(text.replaceAll(/[:.-]/g, ''), 'hex') : undefined;
}

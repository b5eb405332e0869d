import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';

/** An address of the internet, in network order: 4 or 16 bytes. */
export interface InternetAddress {
  readonly family: 4 | 6;
  readonly bytes: Uint8Array;
}

/** The first address of a host, which may be an address already (getaddrinfo(3)). */
export async function lookUpAddress(host: string): Promise<InternetAddress> {
  const { address } = await lookup(host);
  if (!isIPv6(address))
    return { family: 4, bytes: Uint8Array.from(address.split('.').map(Number)) };
  return { family: 6, bytes: ipv6Bytes(address) };
}

function ipv6Bytes(address: string): Uint8Array {
  // The parser of URLs writes the last 32 bits, which may be in decimal, as the others.
  const text = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
  const [before = '', after] = text.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [groups(before), groups(after ?? '')];
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

/** A network of IPv4: numbers, so that two can be compared. */
export interface Ipv4Network {
  /** Its first address. */
  readonly address: number;
  /** Length of the prefix, 0 to 32. */
  readonly prefix: number;
}

/** Reads `172.17.0.0/16` or `172.17.0.1/16`, of which the network is meant; `undefined` for anything else. */
export function parseNetwork(text: string): Ipv4Network | undefined {
  const [, dotted = '', length = ''] = /^(\d+(?:\.\d+){3})\/(\d+)$/.exec(text.trim()) ?? [];
  const octets = dotted.split('.').map(Number);
  const prefix = Number(length);
  if (octets.length !== 4 || octets.some((octet) => octet > 255) || prefix > 32) return undefined;
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return { address: address - (address % sizeOf(prefix)), prefix };
}

/** As people write it: `172.17.0.0/16`. */
export function networkText({ address, prefix }: Ipv4Network): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
  return `${octets.join('.')}/${prefix}`;
}

/** Whether some address is in both. */
export function overlap(one: Ipv4Network, other: Ipv4Network): boolean {
  const size = sizeOf(Math.min(one.prefix, other.prefix));
  return Math.floor(one.address / size) === Math.floor(other.address / size);
}

/** The networks of one prefix length in a larger one, at most `most` of them. */
export function subnets(
  base: Ipv4Network,
  { prefix, most }: { readonly prefix: number; readonly most: number },
): readonly Ipv4Network[] {
  if (prefix < base.prefix || prefix > 32) return [];
  const count = Math.min(most, sizeOf(base.prefix) / sizeOf(prefix));
  return Array.from({ length: count }, (_, index) => ({
    address: base.address + index * sizeOf(prefix),
    prefix,
  }));
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

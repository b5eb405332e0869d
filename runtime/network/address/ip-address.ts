import { isIP } from '../../host/ip-address.ts';

/** An address of the Internet Protocol. */
export interface IpAddress {
  readonly family: 4 | 6;
  /** Its 32 or 128 bits as a number. */
  readonly value: bigint;
}

/** How many bits an address of a family has. */
export const familyBits = { 4: 32, 6: 128 } as const;

/** Reads an address as people write it (RFC 4291, section 2.2); `undefined` for what is none, or names a zone. */
export function parseAddress(text: string): IpAddress | undefined {
  const family = isIP(text);
  if (family === 4) return { family, value: numberOf(text.split('.'), 8n, 10) };
  if (family !== 6 || text.includes('%')) return undefined;
  const [before = '', after] = inHexadecimal(text).split('::');
  const [first, last] = [groupsOf(before), groupsOf(after ?? '')];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return { family, value: numberOf([...first, ...zeros, ...last], 16n, 16) };
}

/** An address in its canonical form: RFC 5952 for IPv6. */
export function formatAddress({ family, value }: IpAddress): string {
  if (family === 4) return partsOf(value, 8n, 4).join('.');
  const groups = partsOf(value, 16n, 8).map((group) => group.toString(16));
  const text = groups.join(':');
  // The first of the longest runs of zeros, if it is of more than one.
  const [longest] = [...text.matchAll(/(?<![^:])0(?::0)+(?![^:])/g)].toSorted(
    (left, right) => right[0].length - left[0].length,
  );
  if (longest === undefined) return text;
  const { index } = longest;
  const [before, after] = [text.slice(0, index), text.slice(index + longest[0].length)];
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`;
}

/** An address as it is in packets: 4 or 16 bytes, the most significant first. */
export function addressBytes({ family, value }: IpAddress): Uint8Array {
  return Uint8Array.from(partsOf(value, 8n, familyBits[family] / 8));
}

/** The address in 4 or 16 bytes; `undefined` for any other number of them. */
export function addressOf(bytes: Uint8Array): IpAddress | undefined {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined;
  const value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return { family: bytes.length === 4 ? 4 : 6, value };
}

/** The last four bytes of an IPv6 address may be written as those of IPv4. */
function inHexadecimal(text: string): string {
  const [, start = text, dotted] = /^(.*:)([0-9.]+\.[0-9.]+)$/.exec(text) ?? [];
  if (dotted === undefined) return text;
  const value = numberOf(dotted.split('.'), 8n, 10);
  return `${start}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}

function numberOf(parts: readonly string[], bits: bigint, radix: 10 | 16): bigint {
  return parts.reduce((sum, part) => (sum << bits) | BigInt(parseInt(part, radix)), 0n);
}

function partsOf(value: bigint, bits: bigint, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) =>
    Number((value >> (bits * BigInt(count - 1 - i))) & ((1n << bits) - 1n)),
  );
}

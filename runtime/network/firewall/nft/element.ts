import { addressBytes, formatAddress, type IpAddress } from '../../address/ip-address.ts';
import { firstOf, formatPrefix, type IpPrefix, lastOf } from '../../address/ip-prefix.ts';
import type { PortProtocol } from '../firewall.ts';
import type { Family } from '../family-rules.ts';

/** A part of what a set or map is asked for, or a map gives. */
export type Part =
  | { readonly interface: string }
  | { readonly address: IpAddress }
  | { readonly protocol: PortProtocol }
  | { readonly port: number };

/** What becomes of a packet: it is let through, or another chain decides. */
export type Verdict = 'accept' | { readonly goto: string };

/** An element of a set, or of a map, of the table `berth`. */
export interface Element {
  readonly family: Family;
  /** Name of the set or map. */
  readonly set: string;
  /** A subnet is one of a set of intervals. */
  readonly key: readonly Part[] | IpPrefix;
  readonly data?: readonly Part[] | Verdict;
}

/** As an administrator sees it. Of a set, no two elements have the same. */
export function keyText({ key }: Pick<Element, 'key'>): string {
  return 'length' in key && 'address' in key ? formatPrefix(key) : partsText(key);
}

/** The same of what a map gives. */
export function dataText(data: readonly Part[] | Verdict): string {
  if (data === 'accept') return data;
  return 'goto' in data ? `goto ${data.goto}` : partsText(data);
}

/** Numbers of netinet/in.h, as bytes of a packet. */
const protocolNumbers: Readonly<Record<PortProtocol, number>> = { tcp: 6, udp: 17, sctp: 132 };
/** IFNAMSIZ of linux/if.h. */
const interfaceNameSize = 16;

/** As the kernel compares them: one after another, each with zeros up to whole words of 4 bytes. */
export function partsBytes(parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      const bytes = partBytes(part);
      return parts.length === 1 ? bytes : Buffer.concat([bytes], Math.ceil(bytes.length / 4) * 4);
    }),
  );
}

/** First address of a subnet, and the one behind its last; none behind the end of all. */
export function rangeBytes(prefix: IpPrefix): readonly [Buffer, Buffer | undefined] {
  const { family } = prefix.address;
  const bytes = (value: bigint): Buffer => Buffer.from(addressBytes({ family, value }));
  const behind = lastOf(prefix) + 1n;
  const isLast = behind === 1n << (family === 4 ? 32n : 128n);
  return [bytes(firstOf(prefix)), isLast ? undefined : bytes(behind)];
}

function partBytes(part: Part): Buffer {
  if ('interface' in part) return Buffer.concat([Buffer.from(part.interface)], interfaceNameSize);
  if ('address' in part) return Buffer.from(addressBytes(part.address));
  if ('protocol' in part) return Buffer.of(protocolNumbers[part.protocol]);
  return Buffer.of(part.port >> 8, part.port & 0xff);
}

function partsText(parts: readonly Part[]): string {
  return parts.map(partText).join(' . ');
}

function partText(part: Part): string {
  if ('interface' in part) return `"${part.interface}"`;
  if ('address' in part) return formatAddress(part.address);
  return 'protocol' in part ? part.protocol : String(part.port);
}

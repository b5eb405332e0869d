import { formatAddress, type IpAddress, parseAddress } from '../address/ip-address.ts';
import type { NameDirectory } from './name-directory.ts';
import { type Question, responseCode } from './question.ts';
import { encodeRefusal, encodeReply, isEncodable, type ReplyRecord } from './reply.ts';

/** What becomes of a question. */
export type Resolution =
  /** One answer, or several for one after the other: each with other addresses first. */
  | { readonly kind: 'answered'; readonly answers: readonly [Buffer, ...Buffer[]] }
  /** No name of a container: other servers are to be asked. */
  | { readonly kind: 'forward' };

/** Who asks what. */
export interface Inquiry {
  /** The container. */
  readonly sandbox: string;
  readonly query: Buffer;
  readonly question: Question;
  readonly transport: 'udp' | 'tcp';
}

/**
 * Answers what is about containers, as moby's libnetwork/resolver.go (v28.5.2): addresses, names of addresses, and nothing but
 * success for the mail exchange of a container, whose address is then asked for (RFC 5321, section 5.1). Two things are other than
 * there:
 *
 * - A known name has no records of any other type. moby sends such questions on, and the answer that there is no such name, which
 *   resolvers that ask for HTTPS records (RFC 9460) beside addresses believe.
 * - moby looks at no class. Others than the Internet's are refused.
 *
 * Questions for services (SRV) are sent on: only Docker's swarm mode knows any.
 */
export function resolveNames(inquiry: Inquiry, directory: NameDirectory): Resolution {
  const { sandbox, query, question } = inquiry;
  if (question.class !== 'IN') {
    return answered(encodeRefusal(query, responseCode.refused, question));
  }
  if (question.type === 'PTR') return resolveAddress(inquiry, directory);
  const family = question.type === 'AAAA' ? 6 : 4;
  const known = directory.lookup(sandbox, question.name, family);
  if (known.kind === 'unknown') return { kind: 'forward' };
  const isAddress = question.type === 'A' || question.type === 'AAAA';
  if (known.kind === 'no-address-of-that-family' || !isAddress) {
    return answered(encodeReply({ ...inquiry, records: [] }));
  }
  const [first, ...others] = rotations(known.addresses).map((addresses) =>
    encodeReply({ ...inquiry, records: addresses.map(addressRecord) }),
  );
  return first === undefined
    ? answered(encodeReply({ ...inquiry, records: [] }))
    : { kind: 'answered', answers: [first, ...others] };
}

/** The address that a name such as `2.0.5.10.in-addr.arpa` (RFC 1035, section 3.5; RFC 3596, section 2.5) stands for. */
export function addressOfReverseName(name: string): IpAddress | undefined {
  const ipv4 = /^((?:\d{1,3}\.){4})in-addr\.arpa$/.exec(name)?.[1];
  if (ipv4 !== undefined) return parseAddress(partsOf(ipv4).join('.'));
  const ipv6 = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name)?.[1];
  if (ipv6 === undefined) return undefined;
  return parseAddress(
    partsOf(ipv6)
      .join('')
      .replaceAll(/.{4}(?=.)/g, '$&:'),
  );
}

function resolveAddress(inquiry: Inquiry, directory: NameDirectory): Resolution {
  const address = addressOfReverseName(inquiry.question.name);
  const name = address && directory.reverse(inquiry.sandbox, address);
  if (name === undefined || !isEncodable(name)) return { kind: 'forward' };
  return answered(encodeReply({ ...inquiry, records: [{ type: 'PTR', data: name }] }));
}

function answered(answer: Buffer): Resolution {
  return { kind: 'answered', answers: [answer] };
}

/** At most so many answers are made of one question: with more addresses than that not each of them comes first. */
const mostRotations = 16;

function rotations(addresses: readonly IpAddress[]): readonly (readonly IpAddress[])[] {
  return addresses
    .slice(0, mostRotations)
    .map((_, first) => [...addresses.slice(first), ...addresses.slice(0, first)]);
}

function addressRecord(address: IpAddress): ReplyRecord {
  return { type: address.family === 4 ? 'A' : 'AAAA', data: formatAddress(address) };
}

/** `2.0.5.10.` as 10, 5, 0, 2. */
function partsOf(reversed: string): readonly string[] {
  return reversed.split('.').slice(0, -1).toReversed();
}

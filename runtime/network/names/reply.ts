import {
  type Answer,
  encode,
  encodingLength,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { headSize, payloadLimit, type Question, responseCode } from './question.ts';

/** Seconds for which an answer may be kept, as Docker's. */
const timeToLive = 600;
/** Bits of the head that are as in the question: what kind of query it is, and whether recursion is wished for. */
const repeatedFlags = 0x7800 | RECURSION_DESIRED;

/** Who speaks of extensions gets them spoken of (RFC 6891, section 7): what berth takes by UDP itself (DNS flag day 2020). */
const extensions: Answer = {
  ...{ name: '.', type: 'OPT', udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0 },
  ...{ flags: 0, flag_do: false, options: [] },
};

/** A record in an answer, of the question's name. `data`: an address, or a name. */
export interface ReplyRecord {
  readonly type: 'A' | 'AAAA' | 'PTR';
  readonly data: string;
}

/** What an answer is made from. */
export interface ReplyPlan {
  readonly query: Buffer;
  readonly question: Question;
  readonly transport: 'udp' | 'tcp';
  readonly records: readonly ReplyRecord[];
}

/** Encodes an answer. Records that do not fit are left out, which it says by its TC bit: the resolver then asks by TCP. */
export function encodeReply({ query, question, transport, records }: ReplyPlan): Buffer {
  const additionals = extensionsFor(question);
  let room = payloadLimit(question, transport) - question.end - recordBytes(additionals);
  const answers: Answer[] = [];
  for (const record of records) {
    const answer: Answer = { name: question.writtenName, class: 'IN', ttl: timeToLive, ...record };
    room -= recordBytes([answer]);
    if (room < 0) break;
    answers.push(answer);
  }
  const truncated = answers.length < records.length ? TRUNCATED_RESPONSE : 0;
  const flags = flagsOf(query, responseCode.success) | truncated;
  return encodeBehind(query, question, { flags, answers, additionals });
}

/** Encodes an answer that says nothing but why there is none; with the question, if that can be read. */
export function encodeRefusal(query: Buffer, code: number, question?: Question): Buffer {
  const flags = flagsOf(query, code);
  if (question === undefined) return encode({ type: 'response', id: query.readUInt16BE(0), flags });
  return encodeBehind(query, question, { flags, additionals: extensionsFor(question) });
}

/**
 * Whether a name can be in a message (RFC 1035, section 3.1): that the library does not look at, and would write lengths that mean
 * something else.
 */
export function isEncodable(name: string): boolean {
  const lengths = name.split('.').map((label) => Buffer.byteLength(label));
  const size = lengths.reduce((sum, length) => sum + 1 + length, 1);
  return size <= 255 && lengths.every((length) => length > 0 && length <= 63);
}

/** Takes the place of the question while the library encodes the message. */
const stand: Packet = { questions: [{ name: '.', type: 'A', class: 'IN' }] };
const standSize = encodingLength(stand);

/**
 * Encodes a message with the question that it answers. That is repeated byte for byte, which the library cannot do: it knows names as
 * text, so that labels that are no UTF-8 or have dots in them come out as others, and classes only by their names. A resolver
 * throws an answer to another question away.
 */
function encodeBehind(query: Buffer, { end }: Question, packet: Packet): Buffer {
  const bytes = encode({ type: 'response', id: query.readUInt16BE(0), ...packet, ...stand });
  const [head, rest] = [bytes.subarray(0, headSize), bytes.subarray(standSize)];
  return Buffer.concat([head, query.subarray(headSize, end), rest]);
}

function extensionsFor({ payload }: Question): Answer[] {
  return payload === undefined ? [] : [extensions];
}

/** How many bytes some records take. */
function recordBytes(additionals: Answer[]): number {
  return encodingLength({ additionals }) - headSize;
}

function flagsOf(query: Buffer, code: number): number {
  return (query.readUInt16BE(2) & repeatedFlags) | RECURSION_AVAILABLE | code;
}

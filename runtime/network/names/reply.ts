import {
  classInternet,
  headSize,
  payloadLimit,
  type Question,
  recordType,
  responseCode,
} from './question.ts';

/** Seconds for which an answer may be kept, as Docker's. */
const timeToLive = 600;
/** A name that is the question's: a pointer to where that begins (RFC 1035, section 4.1.4). */
const questionName = Buffer.of(0xc0, headSize);
/** Bits of the head's third byte: it is an answer, it is cut short, recursion is wished for; of the fourth: it is there. */
const [isAnswer, isTruncated, wishesRecursion, hasRecursion] = [0x80, 0x02, 0x01, 0x80];
/** What berth takes by UDP itself, as it says in answers (DNS flag day 2020). */
const ownPayload = 1232;

/** A record in an answer, of the question's name. */
export interface ReplyRecord {
  readonly type: number;
  readonly data: Uint8Array;
}

/** What an answer is made from. */
export interface ReplyPlan {
  readonly query: Buffer;
  readonly question: Question;
  readonly transport: 'udp' | 'tcp';
  readonly records: readonly ReplyRecord[];
}

/**
 * Encodes an answer. Records that do not fit are left out, which it says by its TC bit: the resolver then asks by TCP. Who speaks of
 * extensions gets them spoken of (RFC 6891, section 7).
 */
export function encodeReply({ query, question, transport, records }: ReplyPlan): Buffer {
  const extensions = question.payload === undefined ? [] : [extensionRecord];
  const extensionBytes = extensions.reduce((sum, { length }) => sum + length, 0);
  let room = payloadLimit(question, transport) - question.end - extensionBytes;
  const fitting: Buffer[] = [];
  for (const record of records.map(encodeRecord)) {
    room -= record.length;
    if (room < 0) break;
    fitting.push(record);
  }
  const head = headOf(query, responseCode.success);
  if (fitting.length < records.length) head.writeUInt8(head.readUInt8(2) | isTruncated, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(fitting.length, 6);
  head.writeUInt16BE(extensions.length, 10);
  return Buffer.concat([head, query.subarray(headSize, question.end), ...fitting, ...extensions]);
}

/** Encodes an answer that says nothing but why there is none; with the question, if that can be read. */
export function encodeRefusal(query: Buffer, code: number, question?: Question): Buffer {
  const head = headOf(query, code);
  if (question === undefined) return head;
  head.writeUInt16BE(1, 4);
  const extensions = question.payload === undefined ? [] : [extensionRecord];
  head.writeUInt16BE(extensions.length, 10);
  return Buffer.concat([head, query.subarray(headSize, question.end), ...extensions]);
}

/** A name as records have it: labels behind their lengths. `undefined` for one that is none. */
export function encodeName(name: string): Buffer | undefined {
  const labels = name.split('.').map((label) => Buffer.from(label));
  if (labels.some(({ length }) => length === 0 || length > 63)) return undefined;
  const bytes = Buffer.concat([
    ...labels.flatMap((label) => [Buffer.of(label.length), label]),
    Buffer.of(0),
  ]);
  return bytes.length > 255 ? undefined : bytes;
}

function headOf(query: Buffer, code: number): Buffer {
  const head = Buffer.alloc(headSize);
  query.copy(head, 0, 0, 2);
  head.writeUInt8(isAnswer | (query.readUInt8(2) & (0x78 | wishesRecursion)), 2);
  head.writeUInt8(hasRecursion | code, 3);
  return head;
}

function encodeRecord({ type, data }: ReplyRecord): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(classInternet, 2);
  head.writeUInt32BE(timeToLive, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([questionName, head, data]);
}

/** OPT: the root's name, its type, what berth takes in place of a class, and neither extended codes, flags nor options. */
const extensionRecord = ((): Buffer => {
  const record = Buffer.alloc(11);
  record.writeUInt16BE(recordType.OPT, 1);
  record.writeUInt16BE(ownPayload, 3);
  return record;
})();

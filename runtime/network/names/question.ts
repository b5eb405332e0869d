import { decode, question as questionCodec } from 'dns-packet';

declare module 'dns-packet' {
  /** What the types leave out: a question by itself. `bytes`: how many the last one had. */
  export const question: {
    readonly decode: ((bytes: Buffer) => unknown) & { readonly bytes: number };
  };
}

/** Bytes of a message's head (RFC 1035, section 4.1.1). */
export const headSize = 12;
/** What a resolver can take by UDP that does not say (RFC 1035, section 4.2.1). */
const leastPayload = 512;
/** What fits into a message at all. */
const mostPayload = 65_535;

/** What an answer says of itself. */
export const responseCode = {
  success: 0,
  malformed: 1,
  serverFailure: 2,
  notImplemented: 4,
  refused: 5,
} as const;

/** What is asked. */
export interface Question {
  /** In lower case, without a dot at its end; empty for the root. */
  readonly name: string;
  /** The same as it was written. */
  readonly writtenName: string;
  /** As the library calls it: `AAAA`, or `UNKNOWN_65`. */
  readonly type: string;
  /** `IN` for the Internet's. */
  readonly class: string;
  /** Where in the message the question ends, which begins at `headSize`. */
  readonly end: number;
  /** How many bytes the resolver takes by UDP; absent when it does not speak of extensions (RFC 6891). */
  readonly payload: number | undefined;
}

/** What a message to the server is. */
export type Request =
  | { readonly kind: 'question'; readonly question: Question }
  /** To be answered with a code and nothing else. */
  | { readonly kind: 'refused'; readonly code: number }
  /** Not to be answered: too short to be a message, or an answer itself, which might go in circles. */
  | { readonly kind: 'nothing' };

/** Reads a message. Does not throw, whatever it is. */
export function parseRequest(message: Buffer): Request {
  if (message.length < headSize || message.readUInt8(2) >= 0x80) return { kind: 'nothing' };
  const operation = (message.readUInt8(2) >> 3) & 0xf;
  if (operation !== 0) return { kind: 'refused', code: responseCode.notImplemented };
  const end = questionEnd(message);
  if (end === undefined) return { kind: 'refused', code: responseCode.malformed };
  try {
    const { questions: [asked] = [], additionals = [] } = decode(message);
    if (asked === undefined) return { kind: 'refused', code: responseCode.malformed };
    const extensions = additionals.find((record) => record.type === 'OPT');
    return {
      kind: 'question',
      question: {
        name: asked.name === '.' ? '' : asked.name.toLowerCase(),
        writtenName: asked.name,
        type: asked.type,
        class: asked.class ?? 'IN',
        end,
        payload: extensions && Math.max(leastPayload, extensions.udpPayloadSize),
      },
    };
  } catch {
    return { kind: 'refused', code: responseCode.malformed };
  }
}

/** How many bytes an answer may have. */
export function payloadLimit({ payload }: Question, transport: 'udp' | 'tcp'): number {
  return transport === 'tcp' ? mostPayload : (payload ?? leastPayload);
}

/** Whether one message answers another: the same number and the same question, whose case may differ. */
export function isAnswerTo(answer: Buffer, query: Buffer): boolean {
  const end = questionEnd(query);
  if (end === undefined || answer.length < headSize) return false;
  if (answer.readUInt16BE(0) !== query.readUInt16BE(0) || answer.readUInt8(2) < 0x80) return false;
  // One that refuses a query may leave the question out.
  if (answer.readUInt16BE(4) === 0) return (answer.readUInt8(3) & 0xf) !== responseCode.success;
  if (answer.readUInt16BE(4) !== 1 || answer.length < end) return false;
  const [asked, answered] = [query, answer].map((each) =>
    each.toString('latin1', headSize, end).toLowerCase(),
  );
  return asked === answered;
}

/** Where the only question of a message ends; `undefined` unless there is exactly one, whole and without pointers. */
function questionEnd(message: Buffer): number | undefined {
  if (message.length < headSize || message.readUInt16BE(4) !== 1) return undefined;
  try {
    // Without what is before it: so there is nothing that a pointer may lead to.
    questionCodec.decode(message.subarray(headSize));
    return headSize + questionCodec.decode.bytes;
  } catch {
    return undefined;
  }
}

import { aligned, type Attribute, decodeAttributes, encodeAttributes } from './attribute.ts';
import { NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR } from './constants.ts';

/** struct nlmsghdr (netlink(7)): length, type, flags, sequence, port. */
export const messageHead = { size: 16, type: 4 } as const;

/** What the kernel is asked to do, or to list. */
export interface NetlinkRequest {
  /** What it is for, as the label of a step: `bring up eth0`. */
  readonly label: string;
  /** Such as RTM_NEWLINK. */
  readonly type: number;
  /** Besides NLM_F_REQUEST. */
  readonly flags: number;
  /** The family's own head, such as struct ifinfomsg; a multiple of 4 bytes. */
  readonly head: Uint8Array;
  readonly attributes: readonly Attribute[];
}

/** An answer of the kernel. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  /** What follows struct nlmsghdr. */
  readonly body: Buffer;
}

/** A request as the kernel takes it. */
export function encodeRequest({ type, flags, head, attributes }: NetlinkRequest): Buffer {
  const body = Buffer.concat([head, encodeAttributes(attributes)]);
  const bytes = Buffer.alloc(messageHead.size + body.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, messageHead.type);
  bytes.writeUInt16LE(flags | NLM_F_REQUEST, 6);
  bytes.set(body, messageHead.size);
  return bytes;
}

/** The messages in what the kernel sent, one after another. */
export function* decodeMessages(bytes: Buffer): Generator<NetlinkMessage> {
  for (let at = 0; at + messageHead.size <= bytes.length;) {
    const length = bytes.readUInt32LE(at);
    if (length < messageHead.size || at + length > bytes.length) return;
    yield {
      type: bytes.readUInt16LE(at + messageHead.type),
      flags: bytes.readUInt16LE(at + 6),
      body: bytes.subarray(at + messageHead.size, at + length),
    };
    at += aligned(length);
  }
}

/** Whether a list is one of a single moment: nothing changed while the kernel made it. */
export function isConsistent(messages: readonly NetlinkMessage[]): boolean {
  return messages.every(({ flags }) => (flags & NLM_F_DUMP_INTR) === 0);
}

/** Those of a list that are neither its end nor an error. */
export function itemsOf(messages: readonly NetlinkMessage[]): readonly NetlinkMessage[] {
  return messages.filter(({ type }) => type !== NLMSG_DONE && type !== NLMSG_ERROR);
}

/** The attributes behind a family's own head of `headSize` bytes. */
export function attributesOf(body: Buffer, headSize: number): ReadonlyMap<number, Buffer> {
  return decodeAttributes(body.subarray(headSize));
}

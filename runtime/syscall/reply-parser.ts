import { reply, replyKind } from './layout.ts';

/** What the launcher or a program told us. */
export type Reply =
  | { readonly kind: 'failed'; readonly id: number; readonly step: number; readonly errno: number }
  | { readonly kind: 'started'; readonly id: number; readonly pid: number }
  | { readonly kind: 'exited'; readonly pid: number; readonly status: number }
  | { readonly kind: 'refused'; readonly errno: number }
  | { readonly kind: 'data'; readonly id: number; readonly data: Buffer };

/** Splits the launcher's byte stream into replies (layout.ts). */
export class ReplyParser {
  #rest: Buffer = Buffer.alloc(0);

  /** Adds bytes as they came; gives the replies that are now whole. */
  push(chunk: Buffer): readonly Reply[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const replies: Reply[] = [];
    while (this.#rest.length >= reply.size) {
      const end = reply.size + this.#rest.readUInt32LE(reply.length);
      if (this.#rest.length < end) break;
      replies.push(parseReply(this.#rest.subarray(0, end)));
      this.#rest = this.#rest.subarray(end);
    }
    return replies;
  }
}

function parseReply(bytes: Buffer): Reply {
  const kind = bytes.readUInt32LE(reply.kind);
  const id = Number(bytes.readBigUInt64LE(reply.id));
  switch (kind) {
    case replyKind.failed:
      return { kind: 'failed', id, step: bytes.readUInt32LE(16), errno: bytes.readUInt32LE(20) };
    case replyKind.started:
      return { kind: 'started', id, pid: bytes.readUInt32LE(16) };
    case replyKind.exited:
      return { kind: 'exited', pid: bytes.readUInt32LE(16), status: bytes.readUInt32LE(20) };
    case replyKind.refused:
      return { kind: 'refused', errno: bytes.readUInt32LE(16) };
    case replyKind.data:
      return { kind: 'data', id, data: bytes.subarray(reply.size) };
    default:
      throw new TypeError(`a reply of kind ${kind}`);
  }
}

import { setTimeout as pause } from 'node:timers/promises';

/** A place in a body: so many bytes in, or so large a part of it (0 to 1). */
export type Place = { readonly bytes: number } | { readonly part: number };

/** What goes wrong with one request. */
export type Fault =
  /** The connection is reset instead of an answer: what a reused connection meets that the server has just closed. */
  | { readonly kind: 'hang-up' }
  /** No answer, or none after the place in its body; the connection stays open. */
  | { readonly kind: 'stall'; readonly at?: Place }
  /** Another answer than the server's. */
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfter?: string }
  /** The connection ends in the middle of the body, which was to be longer. */
  | { readonly kind: 'cut'; readonly at: Place; readonly how: 'reset' | 'end' }
  /** One byte of the body is another. */
  | { readonly kind: 'corrupt'; readonly at: Place }
  /** The body comes at this speed. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** The body ends there, and Content-Length says so, too. */
  | { readonly kind: 'truncate'; readonly at: Place }
  /** Content-Length is wrong by so many bytes. The connection ends after the body. */
  | { readonly kind: 'lie'; readonly byBytes: number }
  /** Some bytes come twice, and Content-Length counts them twice. */
  | { readonly kind: 'duplicate'; readonly at: Place; readonly bytes: number };

/** Thrown when the connection is to end. */
export class ConnectionEnd extends Error {
  readonly how: 'reset' | 'end';

  constructor(how: 'reset' | 'end') {
    super('the fault ends the connection');
    this.how = how;
  }
}

/** What the Content-Length of a body of `sizeBytes` says. */
export function claimedLength(fault: Fault | undefined, sizeBytes: number): number {
  switch (fault?.kind) {
    case 'truncate':
      return Math.min(sizeBytes, offsetOf(fault.at, sizeBytes));
    case 'lie':
      return Math.max(0, sizeBytes + fault.byBytes);
    case 'duplicate':
      return sizeBytes + duplicated(fault, sizeBytes).count;
    default:
      return sizeBytes;
  }
}

/**
 * A body as the fault leaves it.
 *
 * @param sizeBytes Of the whole body; `undefined` when the server does not say
 * @param signal Ends a stall and a slow body
 * @throws ConnectionEnd
 */
export async function* faultyBody(
  body: AsyncIterable<Buffer>,
  { fault, sizeBytes, signal }: FaultyBody,
): AsyncGenerator<Buffer, void> {
  switch (fault?.kind) {
    case undefined:
    case 'hang-up':
    case 'answer':
      yield* body;
      return;
    case 'lie':
      yield* body;
      throw new ConnectionEnd('end');
    case 'slow':
      yield* slowly(body, fault.bytesPerSecond, signal);
      return;
    case 'cut':
      yield* until(body, offsetOf(fault.at, sizeBytes));
      throw new ConnectionEnd(fault.how);
    case 'truncate':
      yield* until(body, offsetOf(fault.at, sizeBytes));
      return;
    case 'stall':
      yield* until(body, offsetOf(fault.at ?? { bytes: 0 }, sizeBytes));
      await silence(signal);
      return;
    case 'corrupt':
      yield* withChange(body, offsetOf(fault.at, sizeBytes), (byte) =>
        Buffer.of((byte.at(0) ?? 0) ^ 0xff),
      );
      return;
    case 'duplicate': {
      const { offset, count } = duplicated(fault, sizeBytes ?? 0);
      yield* withRepetition(body, offset, count);
      return;
    }
  }
}

/** What `faultyBody` goes by. */
export interface FaultyBody {
  readonly fault: Fault | undefined;
  readonly sizeBytes: number | undefined;
  readonly signal: AbortSignal;
}

/** Resolves when the signal comes. */
export async function silence(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
}

function offsetOf(place: Place, sizeBytes = 0): number {
  return 'bytes' in place ? place.bytes : Math.floor(sizeBytes * place.part);
}

function duplicated(
  { at, bytes }: Extract<Fault, { kind: 'duplicate' }>,
  sizeBytes: number,
): { readonly offset: number; readonly count: number } {
  const offset = Math.min(offsetOf(at, sizeBytes), sizeBytes);
  return { offset, count: Math.min(bytes, sizeBytes - offset) };
}

async function* until(body: AsyncIterable<Buffer>, offset: number): AsyncGenerator<Buffer, void> {
  let left = offset;
  if (left === 0) return;
  for await (const piece of body) {
    yield piece.subarray(0, left);
    left -= Math.min(left, piece.byteLength);
    if (left === 0) return;
  }
}

async function* withChange(
  body: AsyncIterable<Buffer>,
  offset: number,
  change: (byte: Buffer) => Buffer,
): AsyncGenerator<Buffer, void> {
  let seen = 0;
  for await (const piece of body) {
    const at = offset - seen;
    seen += piece.byteLength;
    const hit = at >= 0 && at < piece.byteLength;
    const changed = hit && [
      piece.subarray(0, at),
      change(piece.subarray(at)),
      piece.subarray(at + 1),
    ];
    yield changed === false ? piece : Buffer.concat(changed);
  }
}

async function* withRepetition(
  body: AsyncIterable<Buffer>,
  offset: number,
  count: number,
): AsyncGenerator<Buffer, void> {
  let seen = 0;
  const kept: Buffer[] = [];
  for await (const piece of body) {
    kept.push(piece.subarray(Math.max(0, offset - seen), Math.max(0, offset + count - seen)));
    const ends = offset + count - seen;
    seen += piece.byteLength;
    if (ends < 0 || ends > piece.byteLength) yield piece;
    else {
      yield Buffer.concat([piece.subarray(0, ends), ...kept.splice(0), piece.subarray(ends)]);
    }
  }
}

const slowTicksPerSecond = 20;

async function* slowly(
  body: AsyncIterable<Buffer>,
  bytesPerSecond: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const step = Math.max(1, Math.floor(bytesPerSecond / slowTicksPerSecond));
  for await (const piece of body) {
    for (let at = 0; at < piece.byteLength; at += step) {
      await pause(1000 / slowTicksPerSecond, undefined, { signal });
      yield piece.subarray(at, at + step);
    }
  }
}

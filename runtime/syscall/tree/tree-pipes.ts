import type { Address, Label, Ref } from '../program.ts';
import type { ProgramBuilder } from '../program-builder.ts';

/** Bytes of `TreeServer.data`. */
export const dataSize = 256 * 1024;

/** What the parts of the program work with. */
export interface TreeServer {
  readonly p: ProgramBuilder;
  readonly requests: Ref;
  readonly answers: Ref;
  readonly request: Address;
  readonly path: Ref;
  readonly data: Address;
  readonly end: Label;
}

/** Reads exactly `length` bytes of the requests; their end is the end of the program. */
export function receive(
  { p, requests, end }: TreeServer,
  { to, length }: { readonly to: Address; readonly length: number | Ref },
): void {
  const [cursor, left] = [p.reserve(8), p.reserve(8)];
  const [again, done] = [p.label(), p.label()];
  p.set(cursor, to);
  p.set(left, length);
  p.place(again);
  p.jumpIf('eq', p.value(left), 0, done);
  const args = [requests, p.value(cursor), p.value(left)];
  const received = p.call('receive', 'read', args, { onError: end });
  p.jumpIf('eq', received, 0, end);
  p.set(cursor, p.compute('add', p.value(cursor), received));
  p.set(left, p.compute('sub', p.value(left), received));
  p.jump(again);
  p.place(done);
}

/** Sends parts of the memory one after the other. A blocking pipe takes all of them (pipe(7)). */
export function send(
  { p, answers, end }: TreeServer,
  ...parts: readonly (readonly [Address, number | Ref])[]
): void {
  const vector = p.bytes(new Uint8Array(16 * parts.length));
  parts.forEach(([address, length], i) => {
    p.pointer(vector.at(16 * i), address);
    p.set(vector.at(16 * i + 8), length);
  });
  p.call('send', 'writev', [answers, vector, parts.length], { onError: end });
}

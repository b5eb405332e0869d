import type { IncomingMessage } from 'node:http';

/**
 * A request's body. Who leaves its loop in the middle has had enough of it, and the connection is still there for the answer: Node
 * would let nobody read it any more.
 */
export function bodyOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) };
}

/**
 * Reads what a handler has left of a body, once the request is answered: unread it would hide the next request, and that the client
 * has gone. Such a connection would stay for ever.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete) return;
  // A loop that nobody goes on with has one, and nothing flows beside it.
  request.removeAllListeners('readable');
  request.resume();
}

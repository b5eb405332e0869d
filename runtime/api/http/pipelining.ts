import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Begins with a request when that before it on the same connection has been answered, as Go's net/http does. Node would begin with
 * all that a client has sent: the answers to thousands that it never reads would be in memory at once. Of a connection that is gone
 * nothing is begun any more.
 *
 * @param before the last answer on the connection, if any
 */
export function afterAnswer(
  before: ServerResponse | undefined,
  connection: Duplex,
  begin: () => void,
): void {
  if (before === undefined || before.closed) begin();
  else {
    before.once('close', () => {
      if (!connection.destroyed) begin();
    });
  }
}

/**
 * As `afterAnswer`, for one that asks for an upgrade. Node gives the connection up at once and watches it no more: who has not waited
 * for an answer that is still being made, which no client does, loses it.
 */
export function afterWholeAnswer(
  before: ServerResponse | undefined,
  connection: Duplex,
  begin: () => void,
): void {
  if (before?.writableEnded === false) connection.destroy();
  else afterAnswer(before, connection, begin);
}

/** Whether an answer, which is the last one on its connection, waits for others. */
export function waitsForTurn(answer: ServerResponse): boolean {
  return answer.socket === null && !answer.writableFinished;
}

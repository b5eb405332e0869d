import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What Node.js makes an answer's first line and headers with, which it has no public name for. */
interface HeaderWriter {
  _storeHeader?: (this: ServerResponse, firstLine: string, headers: unknown) => void;
}

/**
 * Begins an answer: its status and all headers at once, which is what Node writes fastest. Its protocol and what it says of the
 * connection are as Go's net/http has them, which dockerd answers by: of a connection that stays nothing is said (RFC 9112, 9.3).
 */
export function beginAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
): void {
  if (request.httpVersion === '1.0') {
    beginOlder(response, status, headers);
    return;
  }
  if (response.shouldKeepAlive) response.removeHeader('Connection');
  response.writeHead(status, headers);
}

/**
 * HTTP/1.0 is answered by itself, and its connection ends with the answer; unless the client asks to keep it, and the answer's end can
 * be told without.
 */
function beginOlder(response: ServerResponse, status: number, headers: OutgoingHttpHeaders): void {
  speakOlder(response);
  const hasEnd =
    response.req.method === 'HEAD' ||
    status === 204 ||
    status === 304 ||
    headers['Content-Length'] !== undefined;
  if (response.shouldKeepAlive && hasEnd) {
    response.writeHead(status, { ...headers, Connection: 'keep-alive' });
    return;
  }
  response.shouldKeepAlive = false;
  response.removeHeader('Connection');
  response.writeHead(status, headers);
}

/** Node.js writes HTTP/1.1 whatever it was asked in; should it lose this method, that is what stays, which the protocol allows. */
function speakOlder(response: ServerResponse & HeaderWriter): void {
  const { _storeHeader: store } = response;
  if (store === undefined) return;
  response._storeHeader = function (firstLine, headers) {
    store.call(this, firstLine.replace(/^HTTP\/1\.1/, 'HTTP/1.0'), headers);
  };
}

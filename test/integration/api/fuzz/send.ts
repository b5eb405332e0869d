import { connect } from 'node:net';

import type { FuzzedRequest } from './fuzzed-request.ts';

/** What came back, as far as it was waited for. */
export interface FuzzedAnswer {
  /** 0: the connection was closed without an answer. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Longer than anything takes on a slow machine. */
const patienceMs = 20_000;

function head({ method, target, contentType, body, sent }: FuzzedRequest): string {
  return [
    `${method} ${target} HTTP/1.1`,
    'Host: fuzz',
    'Connection: close',
    ...(contentType === undefined ? [] : [`Content-Type: ${contentType}`]),
    `Content-Length: ${(body?.length ?? 0) + (sent === 'half' ? 1 : 0)}`,
    '\r\n',
  ].join('\r\n');
}

function parse(bytes: Buffer): FuzzedAnswer | undefined {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  return {
    status: Number(text.slice(9, 12)),
    contentType: /\r\nContent-Type: ([^\r]*)/i.exec(text.slice(0, end))?.[1] ?? '',
    body: bytes.subarray(end + 4).toString('utf8'),
  };
}

/**
 * Sends a request and reads what comes back: all of it, or only the head of what does not end. `undefined` when the client
 * went away first, as it was told to.
 *
 * @throws when there is no end in sight
 */
export function send(
  path: string,
  request: FuzzedRequest,
  ends: 'never' | 'by-itself',
): Promise<FuzzedAnswer | undefined> {
  const { body = Buffer.alloc(0), sent } = request;
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      reject(new Error(`no end after ${patienceMs} ms: ${Buffer.concat(chunks).toString()}`));
      socket.destroy();
    }, patienceMs);
    const finish = (answer: FuzzedAnswer | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      const answer = parse(Buffer.concat(chunks));
      if (ends === 'never' && answer !== undefined && answer.status < 400) finish(answer);
    });
    socket.once('close', () => {
      finish(parse(Buffer.concat(chunks)) ?? { status: 0, contentType: '', body: '' });
    });
    socket.write(head(request));
    socket.write(sent === 'whole' ? body : body.subarray(0, body.length / 2), () => {
      if (sent === 'half') finish(undefined);
    });
  });
}

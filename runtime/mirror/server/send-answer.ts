import type { IncomingMessage, ServerResponse } from '../../host/web-server.ts';
import type { Content } from '../cache/content.ts';
import type { ByteSpan } from '../request/byte-span.ts';
import { parseRange, wholeSpan } from '../request/byte-span.ts';
import type { Answer, Headers } from './answer.ts';

/**
 * Makes HTTP of an answer: conditions, ranges, HEAD, and a stream that waits for its reader.
 *
 * @throws what reading the content throws; then the connection is broken, so that nobody takes the part for the whole
 */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  switch (answer.kind) {
    case 'empty':
      response.writeHead(answer.status, answer.headers).end();
      return;
    case 'json':
      sendText(request, response, {
        ...answer,
        headers: { 'content-type': 'application/json', ...answer.headers },
        body: JSON.stringify(answer.body),
      });
      return;
    case 'text':
      sendText(request, response, answer);
      return;
    case 'size':
      response
        .writeHead(200, { ...answer.headers, ...lengthOf(answer.sizeBytes), ...ranges })
        .end();
      return;
    case 'bytes':
      sendBytes(request, response, answer);
      return;
    case 'content':
      await sendContent(request, response, answer);
      return;
  }
}

const ranges = { 'accept-ranges': 'bytes' };

function lengthOf(sizeBytes: number | undefined): Record<string, string> {
  return sizeBytes === undefined ? {} : { 'content-length': String(sizeBytes) };
}

function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  text: { readonly status: number; readonly headers: Headers; readonly body: string },
): void {
  const body = Buffer.from(text.body);
  response.writeHead(text.status, { ...text.headers, ...lengthOf(body.byteLength) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  { headers, bytes, etag }: Extract<Answer, { kind: 'bytes' }>,
): void {
  const all = { ...headers, etag };
  if (matchesTag(request.headers['if-none-match'], etag)) {
    response.writeHead(304, all).end();
    return;
  }
  response.writeHead(200, { ...all, ...lengthOf(bytes.byteLength) });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

type ContentAnswer = Extract<Answer, { kind: 'content' }>;

async function sendContent(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ContentAnswer,
): Promise<void> {
  const { content } = answer;
  try {
    const headers = {
      ...answer.headers,
      ...ranges,
      ...(answer.etag === undefined ? {} : { etag: answer.etag }),
      ...(answer.lastModified === undefined ? {} : { 'last-modified': answer.lastModified }),
    };
    if (isNotModified(request, answer)) {
      response.writeHead(304, headers).end();
      return;
    }
    const span = writeHead(request, response, { headers, answer });
    if (span === undefined || request.method === 'HEAD') response.end();
    else await stream(content, span, response);
  } finally {
    await content.close();
  }
}

/** Writes status and headers. Returns the part to send, or `undefined` when there is none. */
function writeHead(
  request: IncomingMessage,
  response: ServerResponse,
  { headers, answer }: { readonly headers: Headers; readonly answer: ContentAnswer },
): ByteSpan | undefined {
  const { sizeBytes } = answer.content;
  if (sizeBytes === undefined) {
    response.writeHead(200, headers);
    return wholeSpan;
  }
  const header = mayUseRange(request, answer) ? request.headers.range : undefined;
  const range = parseRange(header, sizeBytes);
  switch (range.kind) {
    case 'whole':
      response.writeHead(200, { ...headers, ...lengthOf(sizeBytes) });
      return wholeSpan;
    case 'unsatisfiable':
      response.writeHead(416, { ...headers, 'content-range': `bytes */${sizeBytes}` });
      return undefined;
    case 'part': {
      const { from, to } = range;
      const contentRange = `bytes ${from}-${to - 1}/${sizeBytes}`;
      response.writeHead(206, {
        ...headers,
        ...lengthOf(to - from),
        'content-range': contentRange,
      });
      return { from, to };
    }
  }
}

async function stream(content: Content, span: ByteSpan, response: ServerResponse): Promise<void> {
  try {
    for await (const piece of content.read(span)) {
      if (!response.write(piece)) await drained(response);
      if (response.destroyed) return;
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  }
}

/** Resolves when more can be written, or when the reader has left. */
function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}

/** `If-None-Match`: a list of tags, or `*` (RFC 9110, section 13.1.2). */
function matchesTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === etag.replace(/^W\//, ''));
}

function isNotModified(request: IncomingMessage, answer: ContentAnswer): boolean {
  const { headers } = request;
  if (headers['if-none-match'] !== undefined)
    return answer.etag !== undefined && matchesTag(headers['if-none-match'], answer.etag);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return since >= Date.parse(answer.lastModified ?? '');
}

/** `If-Range`: a part is only of use when the rest is the same (RFC 9110, section 13.1.5). */
function mayUseRange(request: IncomingMessage, answer: ContentAnswer): boolean {
  const condition = request.headers['if-range'];
  if (condition === undefined) return true;
  return condition === answer.etag || condition === answer.lastModified;
}

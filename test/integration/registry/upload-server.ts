import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { startServer } from './support.ts';

/** What an `UploadServer` does apart from what it should. */
export interface UploadServerOptions {
  /** Ends the connection of an upload after so many bytes, once for each number. */
  readonly cutAfter?: readonly number[];
  /** Parts that are smaller, but for the last one, are refused; told in OCI-Chunk-Min-Length. */
  readonly chunkBytes?: number;
  /** Does what `PUT` asks for, and ends the connection instead of answering, so many times. */
  readonly lostEnds?: number;
  /** Forgets an upload when its connection breaks. */
  readonly memory?: 'good' | 'short';
}

/** A registry that goes on with uploads, as the specification has it. */
export interface UploadServer {
  readonly host: string;
  /** Method, and how many bytes came with it; in order. */
  readonly requests: readonly string[];
  /** Bodies of blobs by digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
  /** Bytes of bodies in all. */
  readonly receivedBytes: () => number;
}

interface Upload {
  content: Buffer;
  isOver: boolean;
}

/**
 * Starts a registry in memory that resumes uploads (OCI distribution-spec 1.1, "Pushing a blob in chunks"). Debian's
 * docker-registry 2.8 does not: after half a part, it cancels the upload when it is asked how far it is.
 */
export async function startUploadServer(options: UploadServerOptions = {}): Promise<UploadServer> {
  const requests: string[] = [];
  const blobs = new Map<string, Buffer>();
  const uploads = new Map<string, Upload>();
  const cuts = [...(options.cutAfter ?? [])];
  let lostEnds = options.lostEnds ?? 0;
  let receivedBytes = 0;

  const locate = (id: string, response: ServerResponse): void => {
    const end = Math.max(0, (uploads.get(id)?.content.byteLength ?? 0) - 1);
    response.setHeader('location', `/v2/team/app/blobs/uploads/${id}?state=${requests.length}`);
    response.setHeader('range', `0-${end}`);
  };
  const begin = (response: ServerResponse): void => {
    const id = String(uploads.size + 1);
    uploads.set(id, { content: Buffer.alloc(0), isOver: false });
    locate(id, response);
    if (options.chunkBytes !== undefined)
      response.setHeader('oci-chunk-min-length', options.chunkBytes);
    response.writeHead(202).end();
  };
  const patch = (
    id: string,
    upload: Upload,
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    const [first] = (request.headers['content-range'] ?? '0-').split('-');
    if (Number(first) !== upload.content.byteLength) {
      response.writeHead(416).end();
      return;
    }
    let left = cuts[0];
    let partBytes = 0;
    request.on('data', (data: Buffer) => {
      const taken = left === undefined ? data : data.subarray(0, left);
      receivedBytes += data.byteLength;
      partBytes += taken.byteLength;
      upload.content = Buffer.concat([upload.content, taken]);
      if (left === undefined) return;
      left -= taken.byteLength;
      if (left > 0) return;
      cuts.shift();
      requests.push(`PATCH cut ${partBytes}`);
      upload.isOver = options.memory === 'short';
      request.socket.destroy();
    });
    request.on('end', () => {
      requests.push(`PATCH ${request.headers['content-range'] ?? 'whole'}`);
      locate(id, response);
      response.writeHead(202).end();
    });
  };
  const finish = (
    upload: Upload,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): void => {
    const digest = url.searchParams.get('digest') ?? '';
    const actual = `sha256:${createHash('sha256').update(upload.content).digest('hex')}`;
    requests.push('PUT blob');
    if (actual !== digest) {
      response.writeHead(400).end('{"errors":[{"code":"DIGEST_INVALID","message":"wrong"}]}');
      return;
    }
    blobs.set(digest, upload.content);
    upload.isOver = true;
    if (lostEnds-- > 0) request.socket.destroy();
    else response.writeHead(201).end();
  };

  const host = await startServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://registry.test');
    const id = /\/blobs\/uploads\/(\d+)$/.exec(url.pathname)?.[1] ?? '';
    const upload = uploads.get(id);
    if (url.pathname === '/v2/') response.end();
    else if (request.method === 'HEAD') {
      const blob = blobs.get(url.pathname.split('/').at(-1) ?? '');
      response.writeHead(blob === undefined ? 404 : 200).end();
    } else if (request.method === 'POST') begin(response);
    else if (url.pathname.includes('/manifests/')) response.writeHead(201).end();
    else if (upload === undefined || upload.isOver) {
      requests.push(`${request.method ?? ''} of nothing`);
      response.writeHead(404).end('{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}');
    } else if (request.method === 'PATCH') patch(id, upload, request, response);
    else if (request.method === 'PUT') finish(upload, url, request, response);
    else {
      requests.push(`${request.method ?? ''} upload`);
      upload.isOver = request.method === 'DELETE';
      locate(id, response);
      response.writeHead(204).end();
    }
  });
  return { host, requests, blobs, receivedBytes: () => receivedBytes };
}

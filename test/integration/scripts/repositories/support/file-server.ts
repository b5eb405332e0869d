import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';

/** What the server does instead of serving a file; `redirect` sends to the same path on another server. */
type Fault = (
  { readonly status: number } | { readonly body: string | Buffer } | { readonly redirect: string }
) & {
  /** Only for this method: a server that is asked twice may answer twice. */
  readonly method?: 'GET' | 'HEAD';
};

/** A web server on loopback that serves a folder, and lies where it is told to. */
export interface FileServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  /** By the end of a path; the empty one stands for every path. */
  readonly faults: Map<string, Fault>;
  close(): Promise<void>;
}

/** Serves `folder` on a free port. */
export async function serveFolder(folder: string): Promise<FileServer> {
  const asked: string[] = [];
  const faults = new Map<string, Fault>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    asked.push(path);
    const fault = [...faults].find(
      ([end, { method = request.method }]) => path.endsWith(end) && method === request.method,
    )?.[1];
    if (fault !== undefined) {
      if ('body' in fault) {
        const size = Buffer.byteLength(fault.body);
        response.writeHead(200, { 'content-length': size }).end(fault.body);
      } else if ('redirect' in fault)
        response.writeHead(302, { location: fault.redirect + path }).end();
      else response.writeHead(fault.status).end();
      return;
    }
    const file = join(folder, path);
    const info = statSync(file, { throwIfNoEntry: false });
    if (info?.isFile() !== true) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': info.size });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    faults,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

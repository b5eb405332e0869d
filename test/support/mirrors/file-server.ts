import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

/** A web server of a test. */
export interface TestServer {
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

/** Answers requests on loopback. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Serves a folder as a mirror does. */
export function serveFolder(folder: string): Promise<TestServer> {
  return serve((request, response) => {
    const path = join(folder, normalize(decodeURIComponent(request.url ?? '/')));
    const info = statSync(path, { throwIfNoEntry: false });
    if (!info?.isFile()) {
      response.writeHead(404, { 'content-type': 'text/html' });
      response.end('<html>404</html>');
      return;
    }
    response.writeHead(200, { 'content-length': info.size });
    if (request.method === 'HEAD') response.end();
    else createReadStream(path).pipe(response);
  });
}

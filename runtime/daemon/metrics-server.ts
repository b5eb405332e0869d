import { expositionType } from '../api/metrics/exposition.ts';
import type { TcpAddress } from '../config/host-address.ts';
import { BerthError, messageOf } from '../errors/berth-error.ts';
import {
  startWebServer,
  type IncomingMessage,
  type ServerResponse,
  type WebServer,
} from '../host/web-server.ts';

/** What the server tells. */
export interface MetricsServing {
  /** On loopback. */
  readonly address: TcpAddress;
  readonly metrics: () => Promise<string>;
  /** Hears of what goes wrong. */
  readonly report: (problem: unknown) => void;
}

/**
 * Serves `GET /metrics` over plain HTTP (`metrics-addr`), and nothing else.
 * @throws API_SOCKET_IN_USE for an address that is taken
 */
export async function serveMetrics(serving: MetricsServing): Promise<WebServer> {
  const { host, port } = serving.address;
  try {
    return await startWebServer({
      ...{ host, port },
      onRequest: (request, response) => {
        answer(serving, request, response).catch((error: unknown) => {
          serving.report(error);
          response.destroy();
        });
      },
    });
  } catch (error) {
    throw new BerthError('API_SOCKET_IN_USE', {
      message: `cannot listen at "${host}:${port}" for "metrics-addr" (${messageOf(error)}), wanted a free address of loopback`,
      remedy: 'Choose another "metrics-addr", or stop what listens there.',
      details: { path: `${host}:${port}` },
      cause: error,
    });
  }
}

async function answer(
  { metrics }: MetricsServing,
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isRead = method === 'GET' || method === 'HEAD';
  if (!isRead || url.split('?', 1)[0] !== '/metrics') {
    response.writeHead(isRead ? 404 : 405, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end('wanted GET /metrics\n');
    return;
  }
  const body = Buffer.from(await metrics());
  response.writeHead(200, { 'Content-Type': expositionType, 'Content-Length': body.length });
  response.end(method === 'HEAD' ? undefined : body);
}

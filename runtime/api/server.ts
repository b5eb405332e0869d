import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import createRouter from 'find-my-way';

import { BerthError } from '../errors/berth-error.ts';
import { ServerResponse } from '../host/http.ts';
import { ApiRequest } from './http/api-request.ts';
import type { ApiResponse } from './http/api-response.ts';
import { refuseUnsupportedVersion } from './http/api-version.ts';
import { cleanTarget } from './http/clean-path.ts';
import { Exchange } from './http/exchange.ts';
import { errorResponse } from './http/error-response.ts';
import {
  quietAfterHeaders,
  refuseConnection,
  takeConnection,
  type UpgradeRequest,
} from './http/hijack.ts';
import { invalidUrl, missingRoute } from './http/missing-route.ts';
import { commonHeaders } from './http/ping.ts';
import { inRequest } from './http/request-context.ts';
import type { RequestContext } from './http/request-context.ts';
import { parseRequestTarget } from './http/request-target.ts';
import { discardRest } from './http/rest-of-body.ts';
import { originForm } from './http/server-options.ts';
import { takeWebSocket } from './http/websocket.ts';
import { writeAnswer, writeError, writeStream } from './http/write-response.ts';
import type { ApiHandlers } from './listener.ts';
import type { Route } from './route.ts';
import type { ApiServices } from './services.ts';

/** Longer than any image name that a registry takes. */
const maximumNameLength = 4096;

type Router = ReturnType<typeof createRouter>;

/** What a request's path stands for. */
interface Match {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly query: string;
}

/** A request that is being answered. */
interface Asked {
  readonly exchange: Exchange;
  /** By `performance.now()`. */
  readonly since: number;
  /** Its path in the table, once found. */
  route: string;
  told: boolean;
  /** How what goes wrong is told. */
  errors: Route['errors'];
  readonly upgrade: UpgradeRequest | undefined;
}

/** The Docker Engine API, between a listener that hands its requests on and the table of routes. */
export class ApiServer implements ApiHandlers {
  readonly #services: ApiServices;
  readonly #router: Router;
  readonly #headers: ReturnType<typeof commonHeaders>;
  /** Handed over to containers, or taken from Node for that: nobody else knows of them. */
  readonly #hijacked = new Set<Duplex>();

  /** @param routes the table; see `routes/table.ts` */
  constructor(services: ApiServices, routes: readonly Route[]) {
    this.#services = services;
    this.#headers = commonHeaders(services.identity);
    this.#router = routerOf(routes);
  }

  /** Answers a request. */
  request(
    request: IncomingMessage,
    response: Exchange['response'],
    upgrade?: UpgradeRequest,
  ): void {
    request.url = originForm(request.url ?? '/');
    const exchange = new Exchange({ request, response }, this.#headers);
    const since = performance.now();
    const asked: Asked = { exchange, since, route: '', told: false, errors: 'json', upgrade };
    const context: RequestContext = { id: exchange.id };
    response.once('finish', () => {
      discardRest(request);
    });
    inRequest(context, () => this.#answer(asked)).then(
      () => {
        if (context.failure !== undefined) this.#tellBroken(exchange.id, context.failure);
      },
      (error: unknown) => {
        this.#fail(asked, error);
      },
    );
  }

  #fail(asked: Asked, error: unknown): void {
    const { exchange, told, errors, upgrade } = asked;
    const { id, request, response } = exchange;
    if (exchange.hasLeft) return;
    if (!(error instanceof BerthError)) this.#services.report(error, id);
    if (told) {
      writeError(exchange, error);
      this.#tellBroken(id, error);
      return;
    }
    this.#tell(asked, errorResponse(error, id).status, error);
    if (errors === 'json') writeError(exchange, error);
    else this.#remember(refuseConnection({ request, response, upgrade, id }, error));
  }

  #tellBroken(id: string, problem: unknown): void {
    this.#services.onBrokenAnswer?.({ id, problem });
  }

  /** Answers one that asks for an upgrade, from the same table: who does not hijack the connection answers as usual. */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    connection.on('error', () => connection.destroy());
    connection.once('close', () => response.destroy());
    response.once('finish', () => {
      response.detachSocket(request.socket);
      connection.end();
      // Nobody reads what the client has sent besides; unread, it would hide the client's own end for ever.
      connection.resume();
    });
    // Node no longer counts it among its own: it would keep the server from closing.
    this.#remember(connection);
    this.request(request, response, { connection, head });
  }

  /** Ends the connections that were handed over to containers, or were to be. */
  close(): void {
    for (const connection of this.#hijacked) connection.destroy();
  }

  async #answer(asked: Asked): Promise<void> {
    const { exchange, upgrade } = asked;
    const { request, response: answer, id } = exchange;
    const elsewhere = cleanTarget(request.url ?? '/');
    if (elsewhere !== undefined) {
      this.#tell(asked, 301);
      writeAnswer(exchange, { kind: 'empty', status: 301, extra: { Location: elsewhere } });
      return;
    }
    const { route, parameters, version, query } = this.#match(request);
    asked.route = route.path;
    refuseUnsupportedVersion(version);
    asked.errors = route.errors;
    const apiRequest = new ApiRequest({ version, parameters, query, request, exchange });
    const response = await route.handle(apiRequest, this.#services);
    const tell = (): void => {
      this.#tell(asked, statusOf(response, upgrade));
    };
    // What fails before the first chunk still has a status of its own.
    if (response.kind !== 'stream') tell();
    if (response.kind === 'hijack')
      await this.#handOver({ request, response: answer, upgrade, id }, response);
    else if (response.kind === 'websocket')
      await this.#handOverSocket({ request, response: answer, upgrade, id }, response);
    else if (response.kind === 'stream') await writeStream(exchange, response, tell);
    else writeAnswer(exchange, response);
  }

  /** Tells of a request once: one whose answer fails half-way has been told of already. */
  #tell(asked: Asked, status: number, problem?: unknown): void {
    if (asked.told) return;
    asked.told = true;
    const { exchange, since, route } = asked;
    const { id, request } = exchange;
    const { method = '', url = '' } = request;
    this.#services.onRequest?.({
      ...{ id, method, route, status, problem },
      path: url.split('?', 1)[0] ?? '',
      seconds: (performance.now() - since) / 1000,
    });
  }

  /** @throws API_ROUTE_NOT_FOUND, API_NOT_IMPLEMENTED, API_REQUEST_INVALID for a URL that is none */
  #match({ method = 'GET', url: rawUrl = '/' }: IncomingMessage): Match {
    const { version, url } = parseRequestTarget(rawUrl);
    const found = this.#router.find(method as Parameters<Router['find']>[0], url);
    if (!found) throw missingRoute(method, url);
    // Nothing stands in the table for it.
    if (!found.store) throw invalidUrl(method, url);
    const route = found.store as Route;
    return { route, parameters: found.params, version, query: url.split('?', 2)[1] ?? '' };
  }

  async #handOver(
    exchange: Parameters<typeof takeConnection>[0],
    response: Extract<ApiResponse, { kind: 'hijack' }>,
  ): Promise<void> {
    const connection = takeConnection(exchange, response);
    this.#remember(connection);
    const quietMs = quietAfterHeaders(exchange.request.headers);
    if (quietMs > 0) await this.#services.clock.sleep(quietMs);
    await served(response.serve(connection), connection);
  }

  async #handOverSocket(
    exchange: Parameters<typeof takeWebSocket>[0],
    { payload, serve, giveUp }: Extract<ApiResponse, { kind: 'websocket' }>,
  ): Promise<void> {
    let connection: Duplex;
    try {
      connection = await takeWebSocket(exchange, payload);
    } catch (error) {
      await giveUp();
      throw error;
    }
    this.#remember(connection);
    await served(serve(connection), connection);
  }

  #remember(connection: Duplex): void {
    this.#hijacked.add(connection);
    connection.once('close', () => this.#hijacked.delete(connection));
  }
}

/** What fails on a connection that was handed over can be told of by its end alone. */
async function served(serving: Promise<unknown>, connection: Duplex): Promise<void> {
  try {
    await serving;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

function statusOf(response: ApiResponse, upgrade: UpgradeRequest | undefined): number {
  if (response.kind === 'websocket') return 101;
  if (response.kind === 'hijack') return upgrade === undefined ? 200 : 101;
  return 'status' in response ? response.status : 200;
}

/** Only finds: what it would call is never called. */
function routerOf(routes: readonly Route[]): Router {
  const unused = (): void => undefined;
  const router = createRouter({
    maxParamLength: maximumNameLength,
    querystringParser: () => ({}),
    onBadUrl: unused,
  });
  for (const route of routes) router.on(route.method, route.path, unused, route);
  return router;
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { BerthError } from '../errors/berth-error.ts';
import { ServerResponse } from '../host/http.ts';
import { ApiRequest } from './http/api-request.ts';
import type { ApiResponse } from './http/api-response.ts';
import { currentApiVersion, refuseUnsupportedVersion } from './http/api-version.ts';
import { missingRoute } from './http/missing-route.ts';
import { commonHeaders } from './http/ping.ts';
import { takeConnection } from './http/hijack.ts';
import type { UpgradeRequest } from './http/hijack.ts';
import { parseRequestTarget } from './http/request-target.ts';
import { writeAnswer, writeError, writeStream } from './http/write-response.ts';
import type { Exchange } from './http/write-response.ts';
import type { Route } from './route.ts';
import type { ApiServices } from './services.ts';

/** Longer than any image name that a registry takes. */
const maximumNameLength = 4096;

/** What the server remembers of connections outside of fastify. */
interface Connections {
  /** API version that a request's path named. */
  readonly versions: WeakMap<IncomingMessage, string>;
  readonly upgrades: WeakMap<IncomingMessage, UpgradeRequest>;
  /** Handed over, so that fastify does not know of them when it closes. */
  readonly hijacked: Set<Duplex>;
}

/**
 * The Docker Engine API as an application that a listener hands its requests to. Closing it ends the connections that
 * were handed over to containers.
 *
 * @param routes the table; see `routes/table.ts`
 */
export function createApiServer(services: ApiServices, routes: readonly Route[]): FastifyInstance {
  const connections: Connections = {
    versions: new WeakMap(),
    upgrades: new WeakMap(),
    hijacked: new Set(),
  };
  const server = fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: maximumNameLength },
    rewriteUrl: (request) => {
      const { version, url } = parseRequestTarget(request.url ?? '/');
      connections.versions.set(request, version);
      return url;
    },
  });
  readBodiesInHandlers(server);
  for (const route of routes) {
    server.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        await answer({ route, services, connections, request, reply });
      },
    });
  }
  server.setNotFoundHandler((request, reply) => {
    const exchange = exchangeOf(request, reply, services);
    writeError(exchange, missingRoute(request.method, request.url));
  });
  routeUpgrades(server, connections);
  server.addHook('preClose', (done) => {
    for (const connection of connections.hijacked) connection.destroy();
    done();
  });
  return server;
}

/** Bodies are JSON, archives or nothing: each handler reads its own. */
function readBodiesInHandlers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
}

interface Answering {
  readonly route: Route;
  readonly services: ApiServices;
  readonly connections: Connections;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Sets the headers that every answer of Docker has, and watches for the client to leave. */
function exchangeOf(request: FastifyRequest, reply: FastifyReply, services: ApiServices): Exchange {
  reply.hijack();
  const response = reply.raw;
  for (const [name, value] of Object.entries(commonHeaders(services.identity.version))) {
    if (value !== undefined) response.setHeader(name, value);
  }
  const left = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) left.abort(new Error('the client has left'));
  });
  return { request: request.raw, response, signal: left.signal };
}

async function answer(answering: Answering): Promise<void> {
  const { route, services, connections, request, reply } = answering;
  const exchange = exchangeOf(request, reply, services);
  try {
    const version = connections.versions.get(request.raw) ?? currentApiVersion;
    refuseUnsupportedVersion(version);
    const response = await route.handle(
      new ApiRequest({
        version,
        parameters: request.params as Readonly<Record<string, string>>,
        query: request.url.split('?', 2)[1] ?? '',
        headers: request.headers,
        body: request.raw,
        signal: exchange.signal,
      }),
      services,
    );
    await send(answering, exchange, response);
  } catch (error) {
    if (exchange.signal.aborted) return;
    if (!(error instanceof BerthError)) services.report(error);
    writeError(exchange, error);
  }
}

async function send(
  { connections, request }: Answering,
  exchange: Exchange,
  response: ApiResponse,
): Promise<void> {
  switch (response.kind) {
    case 'stream':
      await writeStream(exchange, response);
      return;
    case 'hijack': {
      const upgrade = connections.upgrades.get(request.raw);
      const connection = takeConnection({ ...exchange, upgrade }, response);
      connections.hijacked.add(connection);
      connection.once('close', () => connections.hijacked.delete(connection));
      await response.serve(connection);
      return;
    }
    case 'empty':
    case 'json':
    case 'text':
    case 'bytes':
      writeAnswer(exchange, response);
      return;
  }
}

/** Sends requests for an upgrade through the same table: who does not hijack the connection answers it as usual. */
function routeUpgrades(server: FastifyInstance, connections: Connections): void {
  server.server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    connection.on('error', () => connection.destroy());
    connection.once('close', () => response.destroy());
    response.once('finish', () => {
      response.detachSocket(request.socket);
      connection.end();
    });
    connections.upgrades.set(request, { connection, head });
    server.routing(request, response);
  });
}

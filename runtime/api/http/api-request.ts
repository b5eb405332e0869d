import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import type { z } from 'zod';

import type { Exchange } from './exchange.ts';
import { Query } from './query.ts';
import { readJson, readOptionalJson } from './read-json.ts';
import { bodyOf } from './rest-of-body.ts';

/** What `ApiRequest` is made from. */
export interface ApiRequestSource {
  readonly version: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly query: string;
  readonly request: IncomingMessage;
  readonly exchange: Pick<Exchange, 'id' | 'signal'>;
}

/** A request as route handlers see it. */
export class ApiRequest {
  /** API version that the client speaks, such as `1.51`. */
  readonly version: string;
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  /** To be read once. */
  readonly body: AsyncIterable<Buffer>;
  readonly #message: IncomingMessage;
  readonly #parameters: ApiRequestSource['parameters'];
  readonly #exchange: ApiRequestSource['exchange'];

  constructor(source: ApiRequestSource) {
    this.version = source.version;
    this.query = new Query(source.query);
    this.headers = source.request.headers;
    this.body = bodyOf(source.request);
    this.#message = source.request;
    this.#parameters = source.parameters;
    this.#exchange = source.exchange;
  }

  /** By what the log and an error know the request. */
  get id(): string {
    return this.#exchange.id;
  }

  /** Aborted when the client goes away before it is answered. */
  get signal(): AbortSignal {
    return this.#exchange.signal;
  }

  /** The container or image that the path names. */
  get name(): string {
    return this.#parameters['name'] ?? '';
  }

  /** What a linked container is called by the one that `name` is of, where the path has both. */
  get alias(): string {
    return this.#parameters['alias'] ?? '';
  }

  /** The checkpoint that the path names. */
  get checkpoint(): string {
    return this.#parameters['checkpoint'] ?? '';
  }

  /** The body as JSON; `undefined` when there is none. @throws API_REQUEST_INVALID, API_BODY_TOO_LARGE */
  optionalJson<Schema extends z.ZodType>(schema: Schema): Promise<z.output<Schema> | undefined> {
    return readOptionalJson(this.#message, this.headers['content-type'], schema);
  }

  /** The body as JSON. @throws API_REQUEST_INVALID, API_BODY_TOO_LARGE */
  json<Schema extends z.ZodType>(schema: Schema): Promise<z.output<Schema>> {
    return readJson(this.#message, this.headers['content-type'], schema);
  }
}

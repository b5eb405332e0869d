import type { Duplex } from 'node:stream';

/** What messages of a WebSocket carry: bytes, or text that must be UTF-8 (RFC 6455, 5.6). */
export type Payload = 'binary' | 'text';

/** What a route handler answers. */
export type ApiResponse =
  | {
      readonly kind: 'empty';
      readonly status: 200 | 201 | 204 | 301 | 304;
      readonly extra?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'json'; readonly status: 200 | 201; readonly body: unknown }
  | {
      readonly kind: 'text';
      readonly body: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'bytes';
      readonly contentType: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | {
      /** What fails after the headers went out cuts the connection, unless the chunks say it themselves. */
      readonly kind: 'stream';
      /** When the headers go out. With the first chunk: what fails before it still gets a status. */
      readonly headers: 'at-once' | 'with-first-chunk';
      readonly contentType: string;
      /** Further headers. */
      readonly extra?: Readonly<Record<string, string>>;
      readonly chunks: AsyncIterable<Uint8Array | string>;
    }
  | {
      /** The connection becomes a bare one in both directions (`POST /containers/{id}/attach`). */
      readonly kind: 'hijack';
      readonly contentType: string;
      readonly serve: (connection: Duplex) => Promise<unknown>;
    }
  | {
      /** The connection becomes a WebSocket; what it is served with is given up when it does not. */
      readonly kind: 'websocket';
      readonly payload: Payload;
      readonly serve: (connection: Duplex) => Promise<unknown>;
      readonly giveUp: () => Promise<void>;
    };

/** 204: done, nothing to say. */
export const noContent: ApiResponse = { kind: 'empty', status: 204 };

/** 200: done, nothing to say. */
export const ok: ApiResponse = { kind: 'empty', status: 200 };

/** 200 with a JSON body. */
export function json(body: unknown): ApiResponse {
  return { kind: 'json', status: 200, body };
}

/** 201 with a JSON body. */
export function created(body: unknown): ApiResponse {
  return { kind: 'json', status: 201, body };
}

/** One line of a stream of JSON objects. */
export function jsonLine(body: unknown): string {
  return `${JSON.stringify(body)}\r\n`;
}

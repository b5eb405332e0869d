import type { Fault } from './fault.ts';

/** A request, as a script sees it. */
export interface ProxyRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  /** The value of `Range`. */
  readonly range: string | undefined;
  /** How many requests came before it on the same connection. */
  readonly priorOnConnection: number;
}

/** A request that has come, and what was made of it. */
export interface SeenRequest extends ProxyRequest {
  readonly fault: Fault | undefined;
  /** The status that the client got; 0 for none. */
  status: number;
  /** Bytes of the answer's body that were sent to the client. */
  bodyBytes: number;
}

/** What the proxy does. May be replaced at any time. */
export interface FaultScript {
  /** For a connection that has just been accepted. */
  readonly connection?: (number: number) => 'serve' | 'reset' | 'stall';
  /** For a request; `undefined` passes it on as it is. */
  readonly request?: (request: ProxyRequest) => Fault | undefined;
}

/** Whether a request is for the bytes of a blob. */
export function isBlobDownload({ method, path }: ProxyRequest): boolean {
  return method === 'GET' && /\/blobs\/sha256:/.test(path);
}

/** What passes through a proxy: its script, and its books. */
export interface Traffic {
  readonly script: FaultScript;
  readonly requests: SeenRequest[];
  bytesToClients: number;
  bytesToRegistry: number;
}

import type { Server, ServerOptions } from 'node:http';

/** node:https, as in https.ts, and node:tls. */
const https = process.getBuiltinModule('node:https');
const tls = process.getBuiltinModule('node:tls');

/** Certificate and key of a server, and whose certificates its clients have to show; all PEM. */
export interface ServerIdentity {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** How a server treats its connections. */
export interface TlsServerOptions {
  readonly identity: ServerIdentity;
  readonly http: ServerOptions;
}

/** Longest that a client may take to show its certificate, in milliseconds. */
const handshakeTimeoutMs = 10_000;

/** An HTTP server whose clients must show a certificate. */
export interface TlsServer {
  readonly server: Server;
  /** Counts for connections from now on. @throws as `checkServerIdentity` */
  readonly replace: (identity: ServerIdentity) => void;
}

/**
 * Makes a server of HTTP/1.1 over TLS 1.2 or 1.3, which nobody gets a word from without a certificate of the authority. A
 * client's end of input is not the end of its connection (as in node:http).
 */
export function createTlsServer(options: TlsServerOptions): TlsServer {
  const { identity, http } = options;
  const half = { allowHalfOpen: true } as object;
  const server = https.createServer({
    ...http,
    ...contextOptions(identity),
    ...half,
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: handshakeTimeoutMs,
  });
  return {
    server,
    replace: (next) => {
      server.setSecureContext(contextOptions(next));
    },
  };
}

/** @throws OpenSSL's errors for what is not PEM or does not belong together */
export function checkServerIdentity(identity: ServerIdentity): void {
  tls.createSecureContext(contextOptions(identity));
}

function contextOptions({ authority, certificate, key }: ServerIdentity): {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly minVersion: 'TLSv1.2';
} {
  return { ca: authority, cert: certificate, key, minVersion: 'TLSv1.2' };
}

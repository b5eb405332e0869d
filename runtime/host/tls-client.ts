import type { Duplex } from 'node:stream';

/** node:tls, as in tls-trust.ts. */
const tls = process.getBuiltinModule('node:tls');

/** A server, and what its client shows and trusts; PEM. */
export interface TlsPeer {
  readonly host: string;
  readonly port: number;
  /** Whose certificates count; absent: those that the host trusts. */
  readonly authority?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Whether any certificate of the server will do. */
  readonly unverified: boolean;
}

/** Connects by TLS 1.2 or 1.3. What goes wrong is an error of the stream, which can be half closed. */
export function connectTls(peer: TlsPeer): Duplex {
  const { host, port, authority: ca, certificate: cert, key, unverified } = peer;
  const half = { allowHalfOpen: true } as object;
  return tls.connect({
    ...{ host, port, ca, cert, key, ...half, minVersion: 'TLSv1.2' },
    rejectUnauthorized: !unverified,
  });
}

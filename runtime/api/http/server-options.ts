import type { IncomingMessage, ServerOptions } from 'node:http';

/** As much as what is before a request's body may have: that of Go's net/http, which dockerd leaves as it is. */
const maxHeaderBytes = 1024 * 1024;

/** How long a client may take for what is before the body, as dockerd has it (cmd/dockerd/daemon.go of moby 28.5). */
const headersTimeoutMs = 5 * 60_000;

/** What takes its connection over from HTTP; with whatever protocol the client names, as in Docker. */
const hijacked =
  /^(?:\/v\d+\.\d+)?\/(?:containers\/[^?]+\/attach(?:\/ws)?|exec\/[^?]+\/start)(?:\?|$)/;

/**
 * How servers of the API treat connections: as dockerd's. One that is idle stays for as long as the client keeps it, a body may take
 * any time, and a wish for another protocol where there is none to be had (`h2c`, which Java's client asks for) is passed over.
 */
export const apiServerOptions: ServerOptions = {
  keepAliveTimeout: 0,
  requestTimeout: 0,
  headersTimeout: headersTimeoutMs,
  maxHeaderSize: maxHeaderBytes,
  shouldUpgradeCallback: ({ url = '' }: IncomingMessage) => hijacked.test(originForm(url)),
};

/** The path and query of a target in absolute form (`GET http://docker/info`), which a server has to take, too (RFC 9112, 3.2.2). */
export function originForm(target: string): string {
  const match = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*(.*)$/is.exec(target);
  if (match === null) return target;
  const [, rest = ''] = match;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

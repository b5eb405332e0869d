import { isIP } from '../host/ip-address.ts';

/** An address to listen at over TCP. */
export interface TcpAddress {
  /** A name or an IP address; `0.0.0.0` and `::` are all of the host's. */
  readonly host: string;
  readonly port: number;
}

/** An item of Docker's `hosts`. */
export type HostAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | ({ readonly kind: 'tcp' } & TcpAddress)
  /** The sockets that the service manager has opened. */
  | { readonly kind: 'passed' };

/** Docker's port for the API with TLS (IANA: docker-s). */
const tlsPort = 2376;

/** Reads an item of `hosts`; `undefined` for what is none. */
export function parseHostAddress(value: string): HostAddress | undefined {
  if (value.startsWith('unix:///')) return { kind: 'unix', path: value.slice('unix://'.length) };
  if (/^fd:\/\/\*?$/.test(value)) return { kind: 'passed' };
  const tcp = /^tcp:\/\/([^/]*)$/.exec(value);
  const address = tcp === null ? undefined : parseTcpAddress(tcp[1] ?? '', tlsPort);
  return address === undefined ? undefined : { kind: 'tcp', ...address };
}

/** Whether a text is an item of `hosts`. */
export function isHostAddress(value: string): boolean {
  return parseHostAddress(value) !== undefined;
}

/** Reads an address of loopback, as `metrics-addr` has to be; `undefined` for what is none. */
export function parseLoopbackAddress(value: string): TcpAddress | undefined {
  const address = parseTcpAddress(value, undefined);
  if (address === undefined) return undefined;
  const { host } = address;
  const isLoopback =
    host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  return isLoopback ? address : undefined;
}

function parseTcpAddress(value: string, defaultPort: number | undefined): TcpAddress | undefined {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]*))(?::(\d{1,5}))?$/.exec(value);
  if (match === null) return undefined;
  const [, ipv6, name = '', given] = match;
  const port = given === undefined ? defaultPort : Number(given);
  if (port === undefined || port > 65_535) return undefined;
  if (ipv6 !== undefined) return isIP(ipv6) === 6 ? { host: ipv6, port } : undefined;
  return { host: name === '' ? '0.0.0.0' : name, port };
}

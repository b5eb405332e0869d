import { BlockList, isIP } from './ip-address.ts';

/** One entry of NO_PROXY, read. */
type Matcher = (host: string, port: string) => boolean;

/**
 * Whether a URL is to be reached without a proxy, by the rules of Go (golang.org/x/net/http/httpproxy), which dockerd
 * follows: `localhost` and loopback addresses always; else what an entry of the list names:
 *
 * - `*` all
 * - `10.0.0.0/8` addresses of a network
 * - `10.1.2.3`, `[::1]:5000` an address, with a port only there
 * - `example.com` the host and all below it; `.example.com` and `*.example.com` only those below it; also with a port
 *
 * @param noProxy Entries with commas between them.
 */
export function isWithoutProxy(url: URL, noProxy: string): boolean {
  const host = bareHost(url.hostname).toLowerCase();
  if (host === 'localhost' || isLoopback(host)) return true;
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matcherOf(entry)(host, port));
}

function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function isLoopback(host: string): boolean {
  return /^127\./.test(host) ? isIP(host) === 4 : isIn(host, '::1', 128);
}

function matcherOf(entry: string): Matcher {
  if (entry === '*') return () => true;
  const [network = '', prefix] = entry.split('/');
  if (prefix !== undefined && isIP(network) !== 0 && /^\d+$/.test(prefix))
    return (host) => isIn(host, network, Number(prefix));
  const { name, port } = splitPort(entry);
  const isPort = (actual: string): boolean => port === undefined || port === actual;
  if (name === '') return () => false;
  const family = isIP(name);
  if (family !== 0) {
    const bits = family === 4 ? 32 : 128;
    return (host, actual) => isIn(host, name, bits) && isPort(actual);
  }
  const suffix = name.startsWith('*.') ? name.slice(1) : name;
  if (suffix.startsWith('.')) return (host, actual) => host.endsWith(suffix) && isPort(actual);
  return (host, actual) => (host === suffix || host.endsWith(`.${suffix}`)) && isPort(actual);
}

function splitPort(entry: string): { readonly name: string; readonly port: string | undefined } {
  // A bare IPv6 address has colons of its own.
  if (isIP(entry) === 6) return { name: entry, port: undefined };
  const [, name = '', port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return { name: bareHost(name), port };
}

function isIn(host: string, network: string, prefix: number): boolean {
  const family = isIP(network);
  if (isIP(host) !== family || family === 0 || prefix > (family === 4 ? 32 : 128)) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, prefix, kind);
  return list.check(host, kind);
}

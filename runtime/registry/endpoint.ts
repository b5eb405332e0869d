import { BlockList, isIP } from '../host/ip-address.ts';
import type { RegistryConfig } from './registry-config.ts';

/** One way to reach a registry. */
export interface Transport {
  /** Base of all paths, without a slash at the end: `https://registry-1.docker.io`. */
  readonly baseUrl: string;
  readonly certificates: 'verified' | 'none';
}

/** A registry, or a mirror of one. */
export interface Endpoint {
  /** How it is named in messages: its host, or a mirror's URL. */
  readonly name: string;
  readonly kind: 'mirror' | 'origin';
  /** Tried in this order; the first that answers is used. */
  readonly transports: readonly Transport[];
}

const dockerHub = 'docker.io';
const dockerHubHost = 'registry-1.docker.io';

/** Splits `host:port` and `[v6]:port`; the host is without brackets. */
function hostOf(domain: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(domain)?.[1];
  return bracketed ?? domain.replace(/:[0-9]+$/, '');
}

/** Adds a CIDR such as `10.0.0.0/8`. Whether it was one. */
function addSubnet(list: BlockList, text: string): boolean {
  const [network = '', prefix = ''] = text.split('/');
  const family = isIP(network);
  if (family === 0 || !/^[0-9]{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128))
    return false;
  list.addSubnet(network, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return true;
}

/**
 * Whether a registry may be reached without a valid certificate: those that are named in the configuration, and
 * always the loopback network, as Docker does.
 */
export function isInsecureAllowed(domain: string, insecureRegistries: readonly string[]): boolean {
  const host = hostOf(domain);
  if (host === 'localhost') return true;
  const subnets = new BlockList();
  addSubnet(subnets, '127.0.0.0/8');
  addSubnet(subnets, '::1/128');
  for (const entry of insecureRegistries) {
    if (!addSubnet(subnets, entry) && (entry === domain || entry === host)) return true;
  }
  const family = isIP(host);
  return family !== 0 && subnets.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function transportsOf(host: string, domain: string, config: RegistryConfig): readonly Transport[] {
  if (!isInsecureAllowed(domain, config.insecureRegistries)) {
    return [{ baseUrl: `https://${host}`, certificates: 'verified' }];
  }
  return [
    { baseUrl: `https://${host}`, certificates: 'none' },
    { baseUrl: `http://${host}`, certificates: 'none' },
  ];
}

function mirrorEndpoint(url: string, config: RegistryConfig): Endpoint {
  const baseUrl = url.replace(/\/+$/, '');
  const isOpen = isInsecureAllowed(new URL(url).host, config.insecureRegistries);
  return {
    name: baseUrl,
    kind: 'mirror',
    transports: [{ baseUrl, certificates: isOpen ? 'none' : 'verified' }],
  };
}

/**
 * Where to get the images of a registry from, in the order in which to try.
 *
 * @param domain Of a reference: `docker.io`, `localhost:5000`.
 */
export function endpointsFor(domain: string, config: RegistryConfig): readonly Endpoint[] {
  const isHub = domain === dockerHub;
  const mirrors = isHub ? config.registryMirrors.map((url) => mirrorEndpoint(url, config)) : [];
  const transports = transportsOf(isHub ? dockerHubHost : domain, domain, config);
  return [...mirrors, { name: domain, kind: 'origin', transports }];
}

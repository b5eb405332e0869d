import { BlockList, isIP } from '../host/ip-address.ts';
import type { RegistryConfig } from './registry-config.ts';
import { registryError } from './registry-error.ts';

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
  /** Comes before the names of repositories: `proxy/` for the mirror `https://harbor.example/proxy`; else empty. */
  readonly repositoryPrefix: string;
  /** The registry whose content is wanted, for mirrors of several: sent with every request as `?ns=` (as containerd does). */
  readonly namespace: string | undefined;
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

function certificatesOf(url: URL, config: RegistryConfig): Transport['certificates'] {
  return isInsecureAllowed(url.host, config.insecureRegistries) ? 'none' : 'verified';
}

/** A mirror of Docker Hub (`registry-mirrors`); a path in its URL comes before `/v2/`, as in Docker. */
function hubMirror(url: string, config: RegistryConfig): Endpoint {
  const baseUrl = url.replace(/\/+$/, '');
  return {
    name: baseUrl,
    kind: 'mirror',
    transports: [{ baseUrl, certificates: certificatesOf(new URL(url), config) }],
    repositoryPrefix: '',
    namespace: undefined,
  };
}

/** A mirror of any registry (`registry-mirrors-for`); a path in its URL is a prefix of the repositories' names. */
function namedMirror(url: string, domain: string, config: RegistryConfig): Endpoint {
  const parsed = new URL(url);
  const prefix = parsed.pathname.replace(/^\/+|\/+$/g, '');
  return {
    name: url.replace(/\/+$/, ''),
    kind: 'mirror',
    transports: [{ baseUrl: parsed.origin, certificates: certificatesOf(parsed, config) }],
    repositoryPrefix: prefix === '' ? '' : `${prefix}/`,
    namespace: domain,
  };
}

function mirrorsFor(domain: string, config: RegistryConfig): readonly Endpoint[] {
  const { registryMirrors, registryMirrorsFor } = config;
  const hubs = domain === dockerHub ? registryMirrors.map((url) => hubMirror(url, config)) : [];
  // Not by a plain look-up: "toString" is a name that a registry may have, and every object.
  const key = Object.hasOwn(registryMirrorsFor, domain) ? domain : '*';
  const urls = registryMirrorsFor[key] ?? [];
  return [...hubs, ...urls.map((url) => namedMirror(url, domain, config))];
}

/** The registry that a name says itself, without its mirrors. */
export function originOf(domain: string, config: RegistryConfig): Endpoint {
  const host = domain === dockerHub ? dockerHubHost : domain;
  // Port 0 would become the scheme's own.
  if (!URL.canParse(`https://${host}`) || /:0+$/.test(host)) {
    throw registryError(
      'REGISTRY_UNREACHABLE',
      `"${domain}" is no address of a registry; wanted a host, and a port from 1 to 65535`,
    );
  }
  return {
    name: domain,
    kind: 'origin',
    transports: transportsOf(host, domain, config),
    repositoryPrefix: '',
    namespace: undefined,
  };
}

/**
 * Where to get the images of a registry from: its mirrors as they are configured, then the registry itself.
 *
 * @param domain Of a reference: `docker.io`, `localhost:5000`.
 */
export function endpointsFor(domain: string, config: RegistryConfig): readonly Endpoint[] {
  const all = [...mirrorsFor(domain, config), originOf(domain, config)];
  // One that is configured twice, or that mirrors itself, is one source.
  return [...new Map(all.map((endpoint) => [endpoint.name, endpoint] as const)).values()];
}

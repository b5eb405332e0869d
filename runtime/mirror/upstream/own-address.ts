import { hostname, networkInterfaces } from 'node:os';

import type { RegistryConfig } from '../../registry/registry-config.ts';

/** Mirrors of a configuration that may be asked, and those that are the asking mirror itself. */
export interface OthersOnly {
  readonly config: RegistryConfig;
  readonly own: readonly string[];
}

/**
 * Takes this mirror itself out of the mirrors of a configuration. The host that serves has the same daemon.json as the
 * others, as like as not; a mirror that asked itself would wait for its own answer.
 */
export function othersOnly(config: RegistryConfig, port: number): OthersOnly {
  const hosts = ownHosts();
  const own: string[] = [];
  const others = (urls: readonly string[]): readonly string[] =>
    urls.filter((url) => {
      const isOwn = isAt(url, hosts, port);
      if (isOwn) own.push(url);
      return !isOwn;
    });
  const named = Object.entries(config.registryMirrorsFor);
  return {
    config: {
      ...config,
      registryMirrors: others(config.registryMirrors),
      registryMirrorsFor: Object.fromEntries(named.map(([name, urls]) => [name, others(urls)])),
    },
    own,
  };
}

function isAt(url: string, hosts: ReadonlySet<string>, port: number): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  const usual = parsed.protocol === 'https:' ? 443 : 80;
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const isLoopback = host === '::1' || host.startsWith('127.');
  return (isLoopback || hosts.has(host)) && Number(parsed.port || usual) === port;
}

/** Names and addresses of this host. A name that only DNS knows is not among them. */
function ownHosts(): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return new Set([
    'localhost',
    hostname().toLowerCase(),
    ...addresses.map(({ address }) => address),
  ]);
}

import type { ProxySettings } from '../host/http-proxy.ts';

/** How registries are reached; the names are those of Docker's daemon.json. */
export interface RegistryConfig {
  /** `registry-mirrors`: base URLs of mirrors of Docker Hub, tried before it. */
  readonly registryMirrors: readonly string[];
  /** `registry-mirrors-for`: base URLs of mirrors by registry (`ghcr.io`), which may have a path: the prefix of names. */
  readonly registryMirrorsFor: Readonly<Record<string, readonly string[]>>;
  /** `insecure-registries`: host, host:port or CIDR, reached over https without a check, or http. */
  readonly insecureRegistries: readonly string[];
  /** `max-concurrent-downloads`: layers of one pull at a time. */
  readonly maxConcurrentDownloads: number;
  /** `max-concurrent-uploads`: layers of one push at a time. */
  readonly maxConcurrentUploads: number;
  /** `max-download-attempts`: how often in all a request is tried before it counts as failed. */
  readonly maxDownloadAttempts: number;
  /** `proxies`; keys that are left out are those of the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY). */
  readonly proxies: ProxySettings;
  /** Folders with a folder for each registry (`host:port`) that holds its certificates; files of the first win. */
  readonly certificateFolders: readonly string[];
  /** File that keeps what was measured of sources between starts; `undefined` keeps nothing. */
  readonly scoresPath: string | undefined;
  /** A source that has not answered its first request by then is left out. */
  readonly probeTimeoutMs: number;
  /** The head of any other answer has to be there by then. */
  readonly headTimeoutMs: number;
  /** No answer may pause for longer. */
  readonly idleTimeoutMs: number;
}

/** Docker's defaults, with a short probe: a dead mirror must not hold up a pull. */
export const defaultRegistryConfig: RegistryConfig = {
  registryMirrors: [],
  registryMirrorsFor: {},
  insecureRegistries: [],
  maxConcurrentDownloads: 3,
  maxConcurrentUploads: 5,
  maxDownloadAttempts: 5,
  proxies: {},
  certificateFolders: ['/etc/berth/certs.d', '/etc/docker/certs.d'],
  scoresPath: undefined,
  probeTimeoutMs: 5_000,
  headTimeoutMs: 30_000,
  idleTimeoutMs: 60_000,
};

/** How registries are reached; the names are those of Docker's daemon.json. */
export interface RegistryConfig {
  /** `registry-mirrors`: base URLs of mirrors of Docker Hub, tried in this order before it. */
  readonly registryMirrors: readonly string[];
  /** `insecure-registries`: host, host:port or CIDR, reached over https without a check, or http. */
  readonly insecureRegistries: readonly string[];
  /** `max-concurrent-downloads`: layers of one pull at a time. */
  readonly maxConcurrentDownloads: number;
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
  insecureRegistries: [],
  maxConcurrentDownloads: 3,
  probeTimeoutMs: 5_000,
  headTimeoutMs: 30_000,
  idleTimeoutMs: 60_000,
};

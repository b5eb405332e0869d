/** What `docker info` calls this engine's runtime, and containers whose creator named none. */
export const ownRuntime = 'berth';

/**
 * Names of the one runtime there is. Docker's default has two of its own (daemon/config of moby 28.5), which Compose files and scripts
 * spell out; whoever does wants a container by OCI's rules, and gets one.
 */
export const runtimeNames: readonly string[] = [ownRuntime, 'io.containerd.runc.v2', 'runc'];

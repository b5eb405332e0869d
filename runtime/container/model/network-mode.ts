import type { ContainerRecord } from './container-record.ts';
import type { HostConfig } from './host-config.ts';
import { donorOf } from './namespace-mode.ts';
import { plainEndpoint, type EndpointSettings } from './networking-config.ts';

/**
 * What the network of a container is: its own, with networks or with loopback only; that of the host; that of another container.
 */
export type NetworkKind = 'own' | 'none' | 'host' | 'container';

/** What `HostConfig.NetworkMode` means. */
export function networkKind({ NetworkMode }: Pick<HostConfig, 'NetworkMode'>): NetworkKind {
  if (NetworkMode === 'none' || NetworkMode === 'host') return NetworkMode;
  return donorOf(NetworkMode) === undefined ? 'own' : 'container';
}

/** Whether a network is one that somebody has made: `NetworkMode.IsUserDefined` of Docker. */
export function isUserDefined(network: string): boolean {
  return (
    !['', 'default', 'bridge', 'host', 'none'].includes(network) && donorOf(network) === undefined
  );
}

/**
 * The networks that a container is to be connected to, by name, that of `NetworkMode` first.
 * @param defaultName the network of those who do not say
 */
export function wishedNetworks(
  { hostConfig, networks }: Pick<ContainerRecord, 'hostConfig' | 'networks'>,
  defaultName: string,
): Readonly<Record<string, EndpointSettings>> {
  if (networks !== undefined) return networks;
  const { NetworkMode } = hostConfig;
  if (networkKind(hostConfig) === 'container') return {};
  const name = NetworkMode === '' || NetworkMode === 'default' ? defaultName : NetworkMode;
  return { [name]: plainEndpoint };
}

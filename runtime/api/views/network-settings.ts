import type { ContainerRecord } from '../../container/model/container-record.ts';

/** A network endpoint without an address: all that a container with loopback only, or the host's network, has. */
const emptyEndpoint = {
  IPAMConfig: null,
  Links: null,
  Aliases: null,
  MacAddress: '',
  DriverOpts: null,
  GwPriority: 0,
  NetworkID: '',
  EndpointID: '',
  Gateway: '',
  IPAddress: '',
  IPPrefixLen: 0,
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
  DNSNames: null,
};

/** `NetworkSettings.Networks`. A container of the default network is shown on `none`: that is what it has. */
export function networksView(record: ContainerRecord): Readonly<Record<string, unknown>> {
  const name = record.hostConfig.NetworkMode === 'host' ? 'host' : 'none';
  return { [name]: emptyEndpoint };
}

/** `NetworkSettings` of `docker inspect`. */
export function networkSettingsView(record: ContainerRecord): Readonly<Record<string, unknown>> {
  return {
    Bridge: '',
    SandboxID: '',
    SandboxKey: '',
    Ports: {},
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    EndpointID: '',
    Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    IPAddress: '',
    IPPrefixLen: 0,
    IPv6Gateway: '',
    MacAddress: '',
    Networks: networksView(record),
  };
}

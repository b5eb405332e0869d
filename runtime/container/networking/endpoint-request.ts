import type { EndpointRequest } from '../../network/sandboxes/endpoint-request.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import type { EndpointSettings } from '../model/networking-config.ts';
import { endpointNames } from './endpoint-names.ts';

/** A container that switches IPv6 off is not to be found by an address of it either. */
const disableIpv6 = 'net.ipv6.conf.all.disable_ipv6';

/** What a container asks of a network, in the words of `runtime/network`. */
export function endpointRequest(
  record: Pick<ContainerRecord, 'name' | 'id' | 'config' | 'hostConfig'>,
  network: string,
  settings: EndpointSettings,
): EndpointRequest {
  const { IPAMConfig, MacAddress, GwPriority, DriverOpts, Links } = settings;
  return {
    network,
    names: endpointNames(record, settings),
    ipv4: IPAMConfig?.IPv4Address,
    ipv6: IPAMConfig?.IPv6Address,
    linkLocal: IPAMConfig?.LinkLocalIPs ?? undefined,
    families: record.hostConfig.Sysctls?.[disableIpv6] === '1' ? 'without-ipv6' : undefined,
    macAddress: MacAddress,
    gatewayPriority: GwPriority,
    links: Links ?? [],
    options: DriverOpts ?? {},
  };
}

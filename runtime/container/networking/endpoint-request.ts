import type { EndpointRequest } from '../../network/sandboxes/endpoint-request.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import type { EndpointSettings } from '../model/networking-config.ts';
import { endpointNames } from './endpoint-names.ts';

/** What a container asks of a network, in the words of `runtime/network`. */
export function endpointRequest(
  record: Pick<ContainerRecord, 'name' | 'id' | 'config'>,
  network: string,
  settings: EndpointSettings,
): EndpointRequest {
  const { IPAMConfig, MacAddress, GwPriority, DriverOpts, Links } = settings;
  return {
    network,
    names: endpointNames(record, settings),
    ipv4: IPAMConfig?.IPv4Address,
    ipv6: IPAMConfig?.IPv6Address,
    macAddress: MacAddress,
    gatewayPriority: GwPriority,
    links: Links ?? [],
    options: DriverOpts ?? {},
  };
}

import type { NetworkRecord } from '../../../runtime/network/model/network-record.ts';
import type { Endpoint } from '../../../runtime/network/model/sandbox-record.ts';

/** The record of some network. */
export function networkRecord(more: Partial<NetworkRecord> = {}): NetworkRecord {
  return {
    ...{ version: 1, id: 'a'.repeat(64), name: 'front', createdMs: 1, driver: 'bridge' },
    ...{ ipv4: true, ipv6: false, internal: false, attachable: false, configOnly: false },
    ...{ configFrom: '', subnets: [], ipamOptions: null, options: {}, labels: {} },
    ...more,
  };
}

/** Some endpoint, with a network of its name. */
export function endpoint(networkName: string, more: Partial<Endpoint> = {}): Endpoint {
  return {
    ...{ id: networkName, network: networkName, networkName, interfaceName: 'eth0' },
    ...{
      portName: 'veth1',
      macAddress: '',
      addresses: [],
      linkLocal: [],
      gateways: [],
      onLink: false,
    },
    ...{ names: [], gatewayPriority: 0, internal: false, links: [], options: {} },
    ...more,
  };
}

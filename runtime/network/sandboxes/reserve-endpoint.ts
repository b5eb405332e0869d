import { BerthError } from '../../errors/berth-error.ts';
import { randomId } from '../../host/random-id.ts';
import { parseAddress } from '../address/ip-address.ts';
import { contains, formatPrefix, type IpPrefix } from '../address/ip-prefix.ts';
import { isInterfaceName } from '../drivers/driver-options.ts';
import { driverRefuses } from '../drivers/driver-refuses.ts';
import { formatMac, macAddressFor, parseMac, randomMac } from '../drivers/mac-address.ts';
import { requirePrefix } from '../ipam/network-addresses.ts';
import type { NetworkState } from '../lifecycle/network-state.ts';
import type { Network } from '../lifecycle/network.ts';
import type { Endpoint } from '../model/sandbox-record.ts';
import { type EndpointRequest, interfaceNameKey } from './endpoint-request.ts';
import { linkLocalAddresses } from './link-local.ts';

/** Docker's name for another router than the one of the IPAM configuration, among the auxiliary addresses. */
const routerKeys = { 4: 'DefaultGatewayIPv4', 6: 'DefaultGatewayIPv6' } as const;

/**
 * Takes the addresses of an endpoint, and names its ends. Nothing is done to the host.
 * @param taken interfaces that the container has
 * @throws what `NetworkAddresses.take` throws; ENDPOINT_SETTINGS_INVALID
 */
export function reserveEndpoint(
  network: Network,
  request: EndpointRequest,
  taken: readonly string[],
): Endpoint {
  const id = randomId();
  const { record, driver } = network;
  const macAddress = macOf(network, request);
  const name = interfaceName(record.options, request, taken);
  const linkLocal = linkLocalAddresses(request.linkLocal ?? []);
  // The last that can go wrong: nothing is to be given back.
  const addresses = takeAddresses(network, request);
  return {
    ...{ id, network: network.id, networkName: network.name, names: request.names },
    interfaceName: name,
    portName: driver.disconnectInside === undefined ? `veth${id.slice(0, 7)}` : '',
    macAddress: macAddress ?? macAddressFor(addresses),
    addresses: addresses.map(formatPrefix),
    linkLocal,
    gateways: gatewaysOf(network, addresses),
    onLink: driver.gateway(record) === 'interface',
    gatewayPriority: request.gatewayPriority,
    internal: record.internal,
    links: request.links,
    options: request.options,
  };
}

/** Gives the addresses of an endpoint back; nothing is done for one whose are given back. */
export function releaseEndpoint(state: NetworkState, endpoint: Endpoint): void {
  if (state.released.has(endpoint)) return;
  state.released.add(endpoint);
  const network = state.networks.get(endpoint.network);
  for (const text of endpoint.addresses) network?.addresses.release(requirePrefix(text).address);
}

function takeAddresses(network: Network, request: EndpointRequest): readonly IpPrefix[] {
  const { ipv4, ipv6 } = network.record;
  const taken: IpPrefix[] = [];
  try {
    if (ipv4) taken.push(network.addresses.take(4, certain(request.ipv4)));
    if (ipv6 && request.families !== 'without-ipv6')
      taken.push(network.addresses.take(6, certain(request.ipv6)));
  } catch (error) {
    for (const { address } of taken) network.addresses.release(address);
    throw error;
  }
  return taken;
}

function certain(text: string | undefined): IpPrefix['address'] | undefined {
  if (text === undefined || text === '') return undefined;
  const address = parseAddress(text);
  if (address !== undefined) return address;
  throw new BerthError('ENDPOINT_SETTINGS_INVALID', {
    message: `invalid endpoint settings:\ninvalid IP address: ${text}`,
    remedy: 'Give an address such as "172.28.0.5".',
    details: { field: 'IPAMConfig', value: text },
  });
}

/** `undefined`: one that is made of the addresses. */
function macOf({ driver, record }: Network, { macAddress }: EndpointRequest): string | undefined {
  if (macAddress === undefined || macAddress === '')
    return { 'of-address': undefined, random: randomMac(), none: '' }[driver.macAddress];
  if (driver.macAddress === 'none')
    throw driverRefuses(
      record,
      `${driver.name} interfaces do not support custom mac address assignment`,
      'Leave the hardware address out.',
    );
  const bytes = parseMac(macAddress);
  if (bytes !== undefined) return formatMac(bytes);
  throw new BerthError('ENDPOINT_SETTINGS_INVALID', {
    message: `invalid MAC address ${macAddress}`,
    remedy: 'Give six bytes, such as "02:42:ac:11:00:02".',
    details: { field: 'MacAddress', value: macAddress },
  });
}

/** Whom its containers send to what is for nobody near; nobody in a network that leads nowhere. */
function gatewaysOf(
  { record, driver }: Network,
  addresses: readonly IpPrefix[],
): readonly string[] {
  if (record.internal || !['host', 'router'].includes(driver.gateway(record))) return [];
  return addresses.flatMap(({ address }) => {
    const { family } = address;
    const subnet = record.subnets.find((one) => contains(requirePrefix(one.subnet), address));
    const gateway = subnet?.auxiliary[routerKeys[family]] ?? subnet?.gateway;
    return gateway === undefined ? [] : [gateway];
  });
}

function interfaceName(
  networkOptions: Readonly<Record<string, string>>,
  { options }: EndpointRequest,
  taken: readonly string[],
): string {
  const asked = options[interfaceNameKey];
  if (asked !== undefined) {
    if (isInterfaceName(asked) && !taken.includes(asked) && asked !== 'lo') return asked;
    throw new BerthError('ENDPOINT_SETTINGS_INVALID', {
      message: `invalid interface name "${asked}": wanted up to 15 bytes that no other interface of the container has`,
      remedy: 'Give another name.',
      details: { field: interfaceNameKey, value: asked },
    });
  }
  const prefix = networkOptions['com.docker.network.container_iface_prefix'] ?? 'eth';
  for (let number = 0; ; number += 1) {
    const name = `${prefix}${number}`;
    if (!taken.includes(name)) return name;
  }
}

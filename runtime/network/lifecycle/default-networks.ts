import { isDeepStrictEqual } from 'node:util';

import { formatAddress } from '../address/ip-address.ts';
import { formatPrefix, networkOf, parsePrefix } from '../address/ip-prefix.ts';
import type { SubnetRequest } from '../ipam/verify-ipam.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import type { DefaultBridgeSettings } from '../network-ports.ts';
import { completeRecord, type NetworkRequest } from './create-network.ts';
import { removeFromHost } from './establish-network.ts';
import type { NetworkState } from './network-state.ts';
import { Network } from './network.ts';

const plain = {
  ...{ internal: false, attachable: false, configOnly: false, configFrom: '' },
  ...{ ipam: undefined, options: {}, labels: {} },
};

/**
 * Sees to the networks that are always there. That of daemon.json, `bridge`, becomes what the file says by now, unless containers
 * run in it: they keep what they have until a start of berthd finds none.
 * @throws NETWORK_CONFIG_INVALID, NETWORK_SUBNET_OVERLAPS, NETWORK_SUBNETS_USED_UP
 */
export async function addDefaultNetworks(state: NetworkState): Promise<void> {
  await addPlain(state, 'host', 'host');
  await addPlain(state, 'none', 'null');
  const { defaultBridge } = state.ports.settings;
  const known = [...state.networks.values()].find(({ name }) => name === 'bridge');
  const request = defaultBridge && bridgeRequest(defaultBridge);
  if (known === undefined && request === undefined) return;
  if (known !== undefined && request !== undefined && isAs(known.record, request)) return;
  if (known !== undefined && state.endpointsOf(known).length > 0) {
    state.ports.notice(
      'daemon.json has another network "bridge" than running containers have: it stays until they have ended',
      {
        network: known.id,
      },
    );
    return;
  }
  if (known) await drop(state, known);
  if (request === undefined) return;
  const record = await completeRecord(state, request);
  await state.store.save(record);
  add(state, record);
}

async function addPlain(state: NetworkState, name: string, driver: string): Promise<void> {
  if ([...state.networks.values()].some((network) => network.name === name)) return;
  const record = await completeRecord(state, { ...plain, name, driver });
  await state.store.save(record);
  add(state, record);
}

function add(state: NetworkState, record: NetworkRecord): void {
  state.networks.set(record.id, new Network(record, state.driver(record.driver)));
}

async function drop(state: NetworkState, network: Network): Promise<void> {
  await removeFromHost(state, network);
  await state.store.erase(network.record);
  state.networks.delete(network.id);
}

function bridgeRequest(settings: DefaultBridgeSettings): NetworkRequest {
  const { name, ipv6, options } = settings;
  const subnets = [
    ...subnetRequest(settings.address4, settings.range4, settings.gateway4, 'DefaultGatewayIPv4'),
    ...subnetRequest(settings.address6, settings.range6, settings.gateway6, 'DefaultGatewayIPv6'),
  ];
  return {
    ...plain,
    ...{ name: 'bridge', driver: 'bridge', ipv6 },
    ipam: { driver: 'default', options: null, subnets },
    options: {
      'com.docker.network.bridge.default_bridge': 'true',
      'com.docker.network.bridge.name': name,
      ...options,
    },
  };
}

/** The subnet that the host's own address is in, or the one of `fixed-cidr`. */
function subnetRequest(
  address: string | undefined,
  range: string | undefined,
  router: string | undefined,
  routerKey: string,
): readonly SubnetRequest[] {
  const prefix = parsePrefix(address ?? range ?? '');
  if (prefix === undefined) return [];
  return [
    {
      subnet: formatPrefix(networkOf(prefix)),
      range: address === undefined ? '' : (range ?? ''),
      gateway: address === undefined ? '' : formatAddress(prefix.address),
      auxiliary: router === undefined ? {} : { [routerKey]: router },
    },
  ];
}

/** Whether a record is what is asked for, with what berth chose itself. */
function isAs({ ipv6, options, subnets }: NetworkRecord, request: NetworkRequest): boolean {
  const asked = request.ipam?.subnets ?? [];
  const found = subnets.filter(({ origin }) => origin === 'asked');
  return (
    ipv6 === request.ipv6 &&
    isDeepStrictEqual(options, request.options) &&
    found.length === asked.length &&
    asked.every(({ subnet, range, gateway, auxiliary }) =>
      found.some(
        (one) =>
          one.subnet === subnet &&
          (one.range ?? '') === range &&
          (gateway === '' || one.gateway === gateway) &&
          isDeepStrictEqual(one.auxiliary, auxiliary),
      ),
    )
  );
}

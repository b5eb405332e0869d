import { BerthError } from '../../errors/berth-error.ts';
import { randomId } from '../../host/random-id.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { IpPrefix } from '../address/ip-prefix.ts';
import { chooseSubnets, type TakenSubnets } from '../ipam/choose-subnets.ts';
import { requirePrefix } from '../ipam/network-addresses.ts';
import { type SubnetRequest, verifySubnets } from '../ipam/verify-ipam.ts';
import { isPredefined, type NetworkRecord, networkRecordVersion } from '../model/network-record.ts';
import { familyOf } from '../model/sandbox-record.ts';
import { decodeMessages, itemsOf } from '../netlink/message.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { listRoutes, parseRoute } from '../netlink/routes.ts';
import { establishNetwork, removeFromHost } from './establish-network.ts';
import { hostReady } from './host-ready.ts';
import type { NetworkState } from './network-state.ts';
import { Network } from './network.ts';

/** What a client wants a network to be. */
export interface NetworkRequest {
  readonly name: string;
  /** Empty: `bridge`. */
  readonly driver: string;
  /** `undefined`: with IPv4, unless an option says otherwise. */
  readonly ipv4?: boolean | undefined;
  /** `undefined`: without IPv6, unless an option says otherwise. */
  readonly ipv6?: boolean | undefined;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly configOnly: boolean;
  /** Name of the network whose configuration it takes; empty: none. */
  readonly configFrom: string;
  /** `undefined`: nothing is asked for. */
  readonly ipam:
    | {
        readonly driver: string;
        readonly options: Readonly<Record<string, string>> | null;
        readonly subnets: readonly SubnetRequest[];
      }
    | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

const familyKeys = {
  ipv4: 'com.docker.network.enable_ipv4',
  ipv6: 'com.docker.network.enable_ipv6',
} as const;

/**
 * Makes a network: its record, which makes it be there for good, and what the host needs for it.
 * @throws NETWORK_PREDEFINED, NETWORK_NAME_INVALID, NETWORK_NAME_IN_USE, NETWORK_DRIVER_UNKNOWN, NETWORK_OPTION_INVALID,
 *   NETWORK_CONFIG_INVALID, NETWORK_CONFIG_REFUSED, NETWORK_SUBNET_OVERLAPS, NETWORK_SUBNETS_USED_UP, NETWORK_UNAVAILABLE
 */
export async function createNetwork(
  state: NetworkState,
  request: NetworkRequest,
): Promise<Network> {
  if (isPredefined(request.name))
    throw new BerthError('NETWORK_PREDEFINED', {
      message: `operation is not permitted on predefined ${request.name} network`,
      remedy: 'Give the network another name.',
      details: { network: request.name },
    });
  if (request.name.trim() === '')
    throw new BerthError('NETWORK_NAME_INVALID', {
      message: 'invalid name: name is empty',
      remedy: 'Give the network a name.',
      details: { field: 'Name' },
    });
  await hostReady(state);
  return state.changes.run(async () => {
    refuseAnotherOfItsKind(request);
    const record = await completeRecord(
      state,
      withConfiguration(state, withDefaults(state, request)),
    );
    return addNetwork(state, record);
  });
}

/** Adds a network whose record is complete, within the queue of changes. */
export async function addNetwork(state: NetworkState, record: NetworkRecord): Promise<Network> {
  const driver = state.driver(record.driver);
  const network = new Network(record, driver);
  await state.store.save(record);
  try {
    await establishNetwork(state, network);
  } catch (error) {
    await removeFromHost(state, network).catch(state.ports.report);
    await state.store.erase(record).catch(state.ports.report);
    throw error;
  }
  state.networks.set(network.id, network);
  state.announce('create', network);
  return network;
}

/** What every option of daemon.json means for a request. */
function withDefaults({ ports }: NetworkState, request: NetworkRequest): NetworkRequest {
  const driver = request.driver === '' || request.driver === 'default' ? 'bridge' : request.driver;
  const defaults = request.configFrom === '' ? (ports.settings.defaultOptions[driver] ?? {}) : {};
  const { ipv4, ipv6 } = request;
  // What the request says itself counts, and the option would only show something else.
  const unused = [
    ...(ipv4 === undefined ? [] : [familyKeys.ipv4]),
    ...(ipv6 === undefined ? [] : [familyKeys.ipv6]),
  ];
  const options = Object.entries({ ...defaults, ...request.options }).filter(
    ([key]) => !unused.some((one) => one === key),
  );
  return { ...request, driver, options: Object.fromEntries(options) };
}

/** @throws NETWORK_NOT_FOUND, NETWORK_CONFIG_REFUSED */
function withConfiguration(state: NetworkState, request: NetworkRequest): NetworkRequest {
  const { configOnly, configFrom, ipam, options } = request;
  if (configOnly && configFrom !== '')
    throw refused('a configuration network cannot depend on another configuration network');
  if (configOnly && (request.internal || request.attachable))
    throw refused(
      'configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported.',
    );
  if (configFrom === '') return request;
  const source = [...state.networks.values()].find(
    ({ name, record }) => name === configFrom && record.configOnly,
  );
  if (source === undefined)
    throw new BerthError('NETWORK_NOT_FOUND', {
      message: `configuration network "${configFrom}" not found`,
      remedy: 'Make it with "docker network create --config-only".',
      details: { network: configFrom },
    });
  if (ipam !== undefined && ipam.subnets.length > 0)
    throw refused(
      'user specified configurations are not supported if the network depends on a configuration network',
    );
  if (Object.keys(options).length > 0)
    throw refused(
      'network driver options are not supported if the network depends on a configuration network',
    );
  const { record } = source;
  return {
    ...request,
    ...{ ipv4: record.ipv4, ipv6: record.ipv6, options: record.options },
    labels: { ...record.labels, ...request.labels },
    ipam: {
      driver: 'default',
      options: record.ipamOptions,
      subnets: record.subnets.map(({ subnet, range = '', gateway = '', auxiliary }) => ({
        subnet,
        range,
        gateway,
        auxiliary,
      })),
    },
  };
}

/**
 * The record of a network that is asked for, with what berth chooses.
 * @throws as `createNetwork`
 */
export async function completeRecord(
  state: NetworkState,
  request: NetworkRequest,
): Promise<NetworkRecord> {
  const {
    name,
    driver: driverName,
    internal,
    attachable,
    configOnly,
    configFrom,
    options,
    labels,
    ipam,
  } = request;
  const driver = state.driver(driverName);
  refuseUsed(state, name);
  const families = familiesOf(request);
  if (driver.endpoints === 'interface' && driver.addresses !== 'any') refuseNoFamily(families);
  verifyIpamDriver(ipam?.driver ?? '');
  verifySubnets(ipam?.subnets ?? [], families.ipv6);
  const draft: NetworkRecord = {
    ...{ version: networkRecordVersion, id: randomId(), name, createdMs: state.ports.clock.now() },
    ...{ driver: driver.name, ...families, internal, attachable, configOnly, configFrom },
    ...{ subnets: [], ipamOptions: ipam?.options ?? null, options, labels },
  };
  if (configOnly) return { ...draft, subnets: asAsked(ipam?.subnets ?? []) };
  const used = [...(families.ipv4 ? [4 as const] : []), ...(families.ipv6 ? [6 as const] : [])];
  const requests = (ipam?.subnets ?? []).filter(({ subnet }) => used.includes(familyOf(subnet)));
  driver.verify({ ...draft, subnets: asAsked(requests) }, state.recordsBeside(draft));
  if (driver.endpoints === 'none') return draft;
  const subnets = chooseSubnets(
    {
      ...{ families: used, requests },
      gateways: ['host', 'router'].includes(driver.gateway(draft))
        ? used.filter((family) => driver.gatewayUnasked?.(draft).includes(family) !== true)
        : [],
    },
    state.ports.settings.pools,
    await takenSubnets(state),
  );
  return { ...draft, subnets };
}

function asAsked(subnets: readonly SubnetRequest[]): NetworkRecord['subnets'] {
  return subnets.map(({ subnet, range, gateway, auxiliary }) => ({
    ...{ subnet, auxiliary, origin: 'asked' as const },
    ...(range === '' ? {} : { range }),
    ...(gateway === '' ? {} : { gateway }),
  }));
}

/** @throws NETWORK_NAME_IN_USE */
function refuseUsed(state: NetworkState, name: string): void {
  if (![...state.networks.values()].some((network) => network.name === name)) return;
  throw new BerthError('NETWORK_NAME_IN_USE', {
    message: `network with name ${name} already exists`,
    remedy: 'Give another name, or remove that network.',
    details: { network: name },
  });
}

/** There is one network of the host, and one of loopback only. */
function refuseAnotherOfItsKind({ driver }: NetworkRequest): void {
  if (driver === 'host' || driver === 'null')
    throw refused(`only one instance of "${driver}" network is allowed`);
}

function familiesOf({ ipv4, ipv6, options }: NetworkRequest): {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
} {
  const isOn = (key: string, fallback: boolean): boolean =>
    options[key] === undefined ? fallback : /^(?:1|t|T|true|TRUE|True)$/.test(options[key]);
  return {
    ipv4: ipv4 ?? isOn(familyKeys.ipv4, true),
    ipv6: ipv6 ?? isOn(familyKeys.ipv6, false),
  };
}

/** @throws NETWORK_CONFIG_INVALID */
function refuseNoFamily({ ipv4, ipv6 }: Pick<NetworkRecord, 'ipv4' | 'ipv6'>): void {
  if (ipv4 || ipv6) return;
  throw new BerthError('NETWORK_CONFIG_INVALID', {
    message: 'IPv4 or IPv6 must be enabled',
    remedy: 'Leave one of them on.',
    details: { field: 'EnableIPv4' },
  });
}

function verifyIpamDriver(name: string): void {
  if (name === '' || name === 'default') return;
  throw new BerthError('NETWORK_CONFIG_INVALID', {
    message: `invalid ipam driver: "${name}"`,
    remedy: 'Leave it out: berth has its own one only.',
    details: { field: 'IPAM.Driver', value: name },
  });
}

/** Subnets of other networks, and of the host. */
async function takenSubnets(state: NetworkState): Promise<TakenSubnets> {
  const networks = [...state.networks.values()]
    .filter(({ record }) => !record.configOnly)
    .flatMap(({ name, record }) =>
      record.subnets.map(({ subnet }) => ({ name, prefix: requirePrefix(subnet) })),
    );
  return { networks, routes: await hostRoutes(state) };
}

async function hostRoutes({ ports }: NetworkState): Promise<readonly IpPrefix[]> {
  const p = new ProgramBuilder('list the routes');
  NetlinkSocket.open(p).list(listRoutes);
  const { data } = await ports.runner.run(p);
  const routes = itemsOf([...decodeMessages(data)]).map(parseRoute);
  return routes.flatMap((route) => (route === undefined ? [] : [route.destination]));
}

function refused(message: string): BerthError {
  return new BerthError('NETWORK_CONFIG_REFUSED', {
    message,
    remedy: 'Leave out what contradicts.',
  });
}

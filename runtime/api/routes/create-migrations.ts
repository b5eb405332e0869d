import type { CreateRequest } from '../../container/model/create-request.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { isAtLeast } from '../http/api-version.ts';

/** A creation, and what the client is told of it besides. */
export interface Migrated {
  readonly request: CreateRequest;
  readonly warnings: readonly string[];
}

type Endpoint = NonNullable<
  NonNullable<CreateRequest['networkingConfig']['EndpointsConfig']>[string]
>;

/** Name of the driver option that has sysctls of a network's interface (libnetwork's netlabel). */
const endpointSysctls = 'com.docker.network.endpoint.sysctls';

/** Networks that give a container no interface of its own to set something of. */
const withoutInterface = ['none', 'host'];

const modeOf = ({ hostConfig: { NetworkMode } }: CreateRequest): string =>
  NetworkMode === '' ? 'default' : NetworkMode;

const isContainer = (mode: string): boolean => mode.startsWith('container:');

/**
 * Puts what older clients say of a container as a whole to the network that it is about, as Docker does: its MAC address, and
 * sysctls of `eth0`.
 *
 * @throws API_REQUEST_INVALID in Docker's words
 */
export function migrateToEndpoint(request: CreateRequest, version: string): Migrated {
  const withAddress = migrateMacAddress(request, version);
  const withSysctls = migrateSysctls(withAddress.request, version);
  return { ...withSysctls, warnings: [...withAddress.warnings, ...withSysctls.warnings] };
}

function migrateMacAddress(request: CreateRequest, version: string): Migrated {
  const { MacAddress } = request.config;
  const isOld = !isAtLeast(version, '1.44');
  if (MacAddress === '')
    return { request: isOld ? withoutEndpointAddresses(request) : request, warnings: [] };
  const config = { ...request.config, MacAddress: '' };
  const mode = modeOf(request);
  const hasInterface = !withoutInterface.includes(mode) && !isContainer(mode);
  if (isOld && !hasInterface) {
    throw invalid(
      'conflicting options: mac-address and the network mode',
      'Leave the address out, or name another network.',
    );
  }
  const warnings = isOld
    ? []
    : [
        'The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.',
      ];
  if (!hasInterface) return { request: { ...request, config }, warnings };
  const { name, endpoint } = endpointFor(request, isOld);
  const { MacAddress: own } = endpoint;
  if (!isOld && own !== '' && own.toLowerCase() !== MacAddress.toLowerCase()) {
    throw invalid(
      'the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty',
      'Give the address in EndpointsConfig only.',
    );
  }
  return {
    request: withEndpoint({ ...request, config }, name, { ...endpoint, MacAddress }),
    warnings,
  };
}

/** Before 1.44 nobody looked at them. */
function withoutEndpointAddresses(request: CreateRequest): CreateRequest {
  const { EndpointsConfig } = request.networkingConfig;
  if (EndpointsConfig === null) return request;
  const endpoints = Object.entries(EndpointsConfig).map(([name, endpoint]) => [
    name,
    endpoint && { ...endpoint, MacAddress: '' },
  ]);
  const networkingConfig = {
    EndpointsConfig: Object.fromEntries(endpoints) as typeof EndpointsConfig,
  };
  return { ...request, networkingConfig };
}

function migrateSysctls(request: CreateRequest, version: string): Migrated {
  const mode = modeOf(request);
  const all = Object.entries(request.hostConfig.Sysctls ?? {});
  const ofInterfaces = all.filter(([key]) => /^net\.[^.]+\.[^.]+\.eth[^.]*\./.test(key));
  const [first] = ofInterfaces;
  if (first === undefined || mode === 'host' || isContainer(mode)) return { request, warnings: [] };
  if (isAtLeast(version, '1.48')) {
    throw invalid(
      `interface specific sysctl setting "${first[0]}" must be supplied using driver option '${endpointSysctls}'`,
      'Give it in DriverOpts of the network, with IFNAME in the place of the name.',
    );
  }
  for (const [key] of ofInterfaces) refuseOtherInterface(key);
  const moved = ofInterfaces.map(([key, value]) => `${key.replace('.eth0.', '.IFNAME.')}=${value}`);
  const { name, endpoint } = endpointFor(request, !isAtLeast(version, '1.44'));
  const before = endpoint.DriverOpts?.[endpointSysctls];
  const option = [...moved, ...(before === undefined ? [] : [before])].join(',');
  const DriverOpts = { ...endpoint.DriverOpts, [endpointSysctls]: option };
  const keys = ofInterfaces.map(([key]) => key);
  const Sysctls = Object.fromEntries(all.filter(([key]) => !keys.includes(key)));
  const hostConfig = { ...request.hostConfig, Sysctls };
  const warning = `Migrated sysctl "${keys.join(',')}" to DriverOpts{"${endpointSysctls}":"${moved.join(',')}"}.`;
  const migrated = withEndpoint({ ...request, hostConfig }, name, { ...endpoint, DriverOpts });
  return { request: migrated, warnings: [warning] };
}

function refuseOtherInterface(key: string): void {
  if (key.split('.')[3] === 'eth0') return;
  throw invalid(
    `unable to determine network endpoint for sysctl ${key}, use driver option '${endpointSysctls}' to set per-interface sysctls`,
    'Give it in DriverOpts of the network, with IFNAME in the place of the name.',
  );
}

const noEndpoint: Endpoint = {
  IPAMConfig: null,
  Links: null,
  Aliases: null,
  MacAddress: '',
  DriverOpts: null,
  GwPriority: 0,
};

/** What the client says of the container's own network. @param isOld the client can name one only, and that is it */
function endpointFor(
  request: CreateRequest,
  isOld: boolean,
): { readonly name: string; readonly endpoint: Endpoint } {
  const mode = modeOf(request);
  const entries = Object.entries(request.networkingConfig.EndpointsConfig ?? {});
  if (entries.length === 0) return { name: mode, endpoint: noEndpoint };
  const found = isOld ? entries[0] : entries.find(([name]) => name === mode);
  if (found !== undefined) return { name: found[0], endpoint: found[1] ?? noEndpoint };
  throw invalid(
    'HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks',
    'Name the same network in both.',
  );
}

function withEndpoint(request: CreateRequest, name: string, endpoint: Endpoint): CreateRequest {
  const EndpointsConfig = { ...request.networkingConfig.EndpointsConfig, [name]: endpoint };
  return { ...request, networkingConfig: { EndpointsConfig } };
}

function invalid(message: string, remedy: string): BerthError {
  return new BerthError('API_REQUEST_INVALID', { message, remedy });
}

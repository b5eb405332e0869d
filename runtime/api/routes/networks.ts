import { z } from 'zod';

import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import type { ContainerEngine } from '../../container/engine.ts';
import { flag, text, textMap } from '../../container/model/container-config.ts';
import { endpointSettingsSchema, plainEndpoint } from '../../container/model/networking-config.ts';
import { refuseUnknownFilters } from '../../container/query/filters.ts';
import type { NetworkRequest } from '../../network/lifecycle/create-network.ts';
import type { Network } from '../../network/lifecycle/network.ts';
import { created, json, noContent, ok } from '../http/api-response.ts';
import { isAtLeast } from '../http/api-version.ts';
import { get, post, remove } from '../route.ts';
import type { Route } from '../route.ts';
import { attachmentsView, networkView } from '../views/network-view.ts';
import { pruneSelection } from './container-prune.ts';
import { networkTest } from './network-filters.ts';

/** `undefined`: the client does not say. */
const choice = z
  .boolean()
  .nullish()
  .transform((value) => value ?? undefined);

const ipamSchema = z.object({
  Driver: text,
  Options: textMap,
  Config: z
    .array(z.object({ Subnet: text, IPRange: text, Gateway: text, AuxiliaryAddresses: textMap }))
    .nullable()
    .default(null),
});

/** The body of `POST /networks/create`. `CheckDuplicate` is not looked at: names are always checked. */
export const networkCreateSchema = z.object({
  Name: text,
  Driver: text,
  Scope: text,
  EnableIPv4: choice,
  EnableIPv6: choice,
  IPAM: ipamSchema.nullable().default(null),
  Internal: flag,
  Attachable: flag,
  Ingress: flag,
  ConfigOnly: flag,
  ConfigFrom: z.object({ Network: text }).nullable().default(null),
  Options: textMap,
  Labels: textMap,
});

type NetworkCreate = z.infer<typeof networkCreateSchema>;

/** The body of `POST /networks/{id}/connect`. */
export const networkConnectSchema = z.object({
  Container: text,
  EndpointConfig: endpointSettingsSchema.nullable().default(null),
});

/** The body of `POST /networks/{id}/disconnect`. */
export const networkDisconnectSchema = z.object({ Container: text, Force: flag });

const listFilters = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'];

/** From this version on a list says nothing of containers. */
const shortListSince = '1.28';

/** From this version on a network may be without IPv4. */
const ipv4ChoiceSince = '1.48';

const listNetworks: Route['handle'] = async ({ query, version }, { containers }) => {
  const filters = query.filters();
  refuseUnknownFilters(filters, listFilters);
  const isWanted = networkTest(filters, containers.networks);
  const found = containers.networks.all().filter(isWanted);
  if (isAtLeast(version, shortListSince))
    return json(found.map((network) => networkView(network, {})));
  return json(await Promise.all(found.map((network) => detailed(network, containers))));
};

/** Routes of networks. */
export const networkRoutes: readonly Route[] = [
  get('/networks', listNetworks),
  // Docker has this one too, and of networks only.
  get('/networks/', listNetworks),
  get('/networks/:name', async ({ name, query }, { containers }) => {
    // Details of services, which only a swarm has.
    refuseNoBoolean('verbose', query.text('verbose'));
    if (['', 'local'].includes(query.text('scope')))
      return json(await detailed(findOne(name, containers.networks), containers));
    throw new BerthError('NETWORK_NOT_FOUND', {
      message: `network ${name} not found`,
      remedy: 'Leave out "scope": all networks of berth are of the scope "local".',
      details: { network: name },
    });
  }),
  post('/networks/create', async (request, { containers: { networks } }) => {
    const body = await request.json(networkCreateSchema);
    const ipv4 = isAtLeast(request.version, ipv4ChoiceSince) ? body.EnableIPv4 : undefined;
    const { id } = await networks.create({ ...networkRequest(body), ipv4 });
    return created({ Id: id, Warning: '' });
  }),
  // Not of Docker's API: who takes berth away leaves the host as it was.
  post('/berth/networks/withdraw', async (_request, { containers: { networks } }) => {
    await networks.withdraw();
    return noContent;
  }),
  post('/networks/prune', async ({ query, signal }, { containers, clock }) => {
    const isWanted = pruneSelection(query.filters(), clock.now());
    const removed = await containers.pruneNetworks({ isWanted, signal });
    return json({ NetworksDeleted: removed.length === 0 ? null : removed });
  }),
  post('/networks/:name/connect', async (request, { containers }) => {
    const { Container, EndpointConfig } = await request.json(networkConnectSchema);
    await containers.connect(Container, request.name, EndpointConfig ?? plainEndpoint);
    return ok;
  }),
  post('/networks/:name/disconnect', async (request, { containers }) => {
    const { Container, Force } = await request.json(networkDisconnectSchema);
    try {
      await containers.disconnect(Container, request.name);
    } catch (error) {
      if (!Force || !isBerthError(error, 'CONTAINER_NOT_FOUND')) throw error;
      await containers.networks.removeEndpoint(request.name, Container);
    }
    return ok;
  }),
  remove('/networks/:name', async ({ name }, { containers: { networks } }) => {
    await networks.remove(name);
    return noContent;
  }),
];

/** Docker has other words for an ambiguous id here than anywhere else. @throws NETWORK_NOT_FOUND, NETWORK_ID_AMBIGUOUS */
function findOne(name: string, networks: ContainerEngine['networks']): Network {
  try {
    return networks.find(name);
  } catch (error) {
    if (!isBerthError(error, 'NETWORK_ID_AMBIGUOUS')) throw error;
    const { remedy = '', details } = error;
    const message = `${String(details['matches'])} matches found based on ID prefix: network ${name} is ambiguous`;
    throw new BerthError('NETWORK_ID_AMBIGUOUS', { message, remedy, details, cause: error });
  }
}

async function detailed(
  network: Network,
  containers: ContainerEngine,
): Promise<Readonly<Record<string, unknown>>> {
  return networkView(network, await attachmentsView(network, containers));
}

/** @throws UNSUPPORTED_FIELD */
function networkRequest(body: NetworkCreate): NetworkRequest {
  if (body.Ingress)
    throw unsupported('Ingress', 'the network of a swarm that takes connections in');
  if (!['', 'local'].includes(body.Scope))
    throw unsupported('Scope', `a network of the scope "${body.Scope}"`);
  const { IPAM } = body;
  return {
    name: body.Name,
    driver: body.Driver,
    ipv6: body.EnableIPv6,
    internal: body.Internal,
    attachable: body.Attachable,
    configOnly: body.ConfigOnly,
    configFrom: body.ConfigFrom?.Network ?? '',
    ipam: IPAM === null ? undefined : ipamRequest(IPAM),
    options: body.Options ?? {},
    labels: body.Labels ?? {},
  };
}

function ipamRequest({
  Driver,
  Options,
  Config,
}: NonNullable<NetworkCreate['IPAM']>): NetworkRequest['ipam'] {
  return {
    driver: Driver,
    options: Options,
    subnets: (Config ?? []).map(({ Subnet, IPRange, Gateway, AuxiliaryAddresses }) => ({
      subnet: Subnet,
      range: IPRange,
      gateway: Gateway,
      auxiliary: AuxiliaryAddresses ?? {},
    })),
  };
}

function unsupported(field: string, what: string): BerthError {
  return new BerthError('UNSUPPORTED_FIELD', {
    message: `${field} asks for ${what}, which berth does not have`,
    remedy: 'Leave it out.',
    details: { field },
  });
}

/** Go's strconv.ParseBool. @throws API_REQUEST_INVALID */
function refuseNoBoolean(parameter: string, value: string): void {
  if (/^(?:|1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value)) return;
  throw new BerthError('API_REQUEST_INVALID', {
    message: `invalid value for ${parameter}: ${value}: strconv.ParseBool: parsing "${value}": invalid syntax`,
    remedy: `Correct "${parameter}".`,
    details: { parameter, value },
  });
}

import type { ContainerEngine } from '../../container/engine.ts';
import { hasProgram } from '../../container/model/container-state.ts';
import { networkKind } from '../../container/model/network-mode.ts';
import { noFilters } from '../../container/query/filters.ts';
import type { Network } from '../../network/lifecycle/network.ts';
import type { NetworkRecord } from '../../network/model/network-record.ts';
import { plainSandbox } from './plain-sandbox.ts';
import { goTime } from './go-time.ts';

/** `Containers` of a network, by ids of containers. */
export type AttachmentsView = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A network as `GET /networks/{id}` has it (`network.Inspect` of Docker Engine API 1.51). */
export function networkView(
  { record }: Network,
  containers: AttachmentsView,
): Readonly<Record<string, unknown>> {
  return {
    Name: record.name,
    Id: record.id,
    Created: goTime(record.createdMs),
    Scope: 'local',
    Driver: record.driver,
    EnableIPv4: record.ipv4,
    EnableIPv6: record.ipv6,
    IPAM: {
      Driver: 'default',
      Options: record.ipamOptions,
      Config: record.subnets.length === 0 ? null : record.subnets.map(subnetView),
    },
    Internal: record.internal,
    Attachable: record.attachable,
    Ingress: false,
    ConfigFrom: { Network: record.configFrom },
    ConfigOnly: record.configOnly,
    Containers: containers,
    Options: record.options,
    Labels: record.labels,
  };
}

/** Go leaves out what is empty. */
function subnetView({
  subnet,
  range,
  gateway,
  auxiliary,
}: NetworkRecord['subnets'][number]): Readonly<Record<string, unknown>> {
  return {
    Subnet: subnet,
    ...(range === undefined ? {} : { IPRange: range }),
    ...(gateway === undefined ? {} : { Gateway: gateway }),
    ...(Object.keys(auxiliary).length === 0 ? {} : { AuxiliaryAddresses: auxiliary }),
  };
}

/** The running containers of a network; of the networks `host` and `none`, those that run in that mode. */
export async function attachmentsView(
  network: Network,
  containers: Pick<ContainerEngine, 'find' | 'list' | 'networks'>,
): Promise<AttachmentsView> {
  if (network.driver.endpoints === 'none') return plainAttachments(network, containers);
  return Object.fromEntries(
    containers.networks.endpointsOf(network).map(({ container, endpoint }) => {
      const view = {
        Name: containers.find(container).record.name,
        EndpointID: endpoint.id,
        MacAddress: endpoint.macAddress,
        IPv4Address: endpoint.addresses.find((text) => !text.includes(':')) ?? '',
        IPv6Address: endpoint.addresses.find((text) => text.includes(':')) ?? '',
      };
      return [container, view];
    }),
  );
}

async function plainAttachments(
  { name }: Network,
  containers: Pick<ContainerEngine, 'list'>,
): Promise<AttachmentsView> {
  const all = await containers.list({ scope: 'running', limit: 0, filters: noFilters });
  const inMode = all.filter(
    ({ record }) => hasProgram(record.state) && networkKind(record.hostConfig) === name,
  );
  const nothing = { MacAddress: '', IPv4Address: '', IPv6Address: '' };
  return Object.fromEntries(
    inMode.map(({ id, record }) => {
      const EndpointID = plainSandbox(record)?.endpointId ?? '';
      return [id, { Name: record.name, EndpointID, ...nothing }];
    }),
  );
}

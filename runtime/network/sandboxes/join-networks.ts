import { BerthError } from '../../errors/berth-error.ts';
import { randomId } from '../../host/random-id.ts';
import { hostReady } from '../lifecycle/host-ready.ts';
import type { NetworkState } from '../lifecycle/network-state.ts';
import type { Endpoint, LinkedSandbox, SandboxRecord } from '../model/sandbox-record.ts';
import { changeInterfaces, removeInterfaces } from './change-interfaces.ts';
import type { EndpointRequest } from './endpoint-request.ts';
import { type NamespaceUsers, pathsOf } from './namespace-pool.ts';
import { changeLinks } from './open-links.ts';
import { portRules } from './publish-ports.ts';
import { releaseEndpoint } from './reserve-endpoint.ts';
import { reserveEndpoints } from './reserve-endpoints.ts';
import { serveNames, type UpstreamRequest, upstreamsOf } from './serve-names.ts';

/** What a container that is about to start asks for. */
export interface JoinRequest extends UpstreamRequest {
  /** Id of the container. */
  readonly container: string;
  readonly endpoints: readonly EndpointRequest[];
  /** Absent: those of the host. */
  readonly users?: NamespaceUsers | undefined;
  /** The containers that it is linked to; absent: none. */
  readonly linked?: readonly LinkedSandbox[] | undefined;
}

/** A sandbox whose addresses are known, and whose interfaces are there when `connected` has resolved. */
export interface JoinedSandbox {
  readonly sandbox: SandboxRecord;
  /** Rejects with what went wrong; then nothing is left of it. */
  readonly connected: Promise<void>;
}

/**
 * Makes a container's sandbox: a network namespace with an interface for each endpoint.
 * @throws NETWORK_NOT_FOUND, NETWORK_ADDRESS_IN_USE, NETWORK_ADDRESS_OUTSIDE, NETWORK_ADDRESSES_USED_UP, SYSCALL_FAILED
 */
export async function joinNetworks(
  state: NetworkState,
  request: JoinRequest,
): Promise<JoinedSandbox> {
  const { container } = request;
  // That of an earlier run, which nobody has taken down.
  await leaveNetworks(state, container);
  if (request.endpoints.length > 0) await hostReady(state);
  const kept = await state.namespaces.take(request.users);
  let endpoints: readonly Endpoint[];
  try {
    endpoints = await reserveEndpoints(state, request.endpoints);
  } catch (error) {
    await state.namespaces.release([kept]);
    throw error;
  }
  const sandbox: SandboxRecord = {
    ...{ version: 1, id: randomId(), container, ...kept, endpoints, ports: [] },
    ...upstreamsOf(request),
    ...(request.linked === undefined ? {} : { linked: request.linked }),
  };
  state.keepSandbox(sandbox);
  const connected = state.inTurn(container, () => establish(state, sandbox));
  return { sandbox, connected };
}

/**
 * Takes a container's sandbox down; fine when it has none. From now on nobody finds it; what it had can be another's when this
 * resolves.
 */
export function leaveNetworks(state: NetworkState, container: string): Promise<void> {
  const sandbox = state.sandboxes.get(container);
  if (sandbox === undefined) return state.leaving.get(container) ?? Promise.resolve();
  state.dropSandbox(container);
  const task = (): Promise<void> => takeDown(state, sandbox);
  const work = state.inTurn(container, task).finally(() => {
    state.leaving.delete(container);
  });
  state.leaving.set(container, work);
  for (const { network } of sandbox.endpoints) announce(state, 'disconnect', network, container);
  return work;
}

/**
 * Removes what a container that is gone has left in a network (`docker network disconnect --force`).
 * @param name of the container, or its id
 * @throws NETWORK_NOT_FOUND, ENDPOINT_NAME_UNKNOWN
 */
export async function removeEndpoint(
  state: NetworkState,
  nameOrId: string,
  name: string,
): Promise<void> {
  const network = state.find(nameOrId);
  const left = state
    .endpointsOf(network)
    .find(({ container, endpoint }) => container === name || endpoint.names[0] === name);
  if (left === undefined)
    throw new BerthError('ENDPOINT_NAME_UNKNOWN', {
      message: `endpoint ${name} not found`,
      remedy: 'See "docker network inspect".',
      details: { network: network.name, endpoint: name },
    });
  await leaveNetworks(state, left.container);
}

async function establish(state: NetworkState, sandbox: SandboxRecord): Promise<void> {
  const results = await Promise.allSettled([
    state.sandboxStore.save(sandbox),
    changeInterfaces(state, sandbox, []).then(() => changeLinks(state, sandbox.container)),
    serveNames(state, sandbox),
  ]);
  state.namespaces.refill();
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) {
    if (state.sandboxes.get(sandbox.container) === sandbox) state.dropSandbox(sandbox.container);
    await takeDown(state, sandbox);
    throw failed.reason;
  }
  for (const { network } of sandbox.endpoints)
    announce(state, 'connect', network, sandbox.container);
}

/** What cannot be taken down is reported, and tried again by the next berthd. */
async function takeDown(state: NetworkState, sandbox: SandboxRecord): Promise<void> {
  try {
    await state.names.stop(sandbox.container);
    await changeLinks(state, sandbox.container);
    if (sandbox.ports.length > 0) await state.ports.firewall.unpublish(portRules(state, sandbox));
    await removeInterfaces(state, sandbox, pathsOf(sandbox));
    await state.sandboxStore.erase(sandbox.container);
  } catch (problem) {
    state.ports.report(problem);
  }
  for (const endpoint of sandbox.endpoints) releaseEndpoint(state, endpoint);
  state.hostPorts.release(sandbox.ports);
}

function announce(
  state: NetworkState,
  action: 'connect' | 'disconnect',
  id: string,
  container: string,
): void {
  const network = state.networks.get(id);
  if (network) state.announce(action, network, container);
}

import { BerthError } from '../../errors/berth-error.ts';
import { hostReady } from '../lifecycle/host-ready.ts';
import type { NetworkState } from '../lifecycle/network-state.ts';
import type { Network } from '../lifecycle/network.ts';
import type { Endpoint, SandboxRecord } from '../model/sandbox-record.ts';
import { changeInterfaces, removeInterfaces } from './change-interfaces.ts';
import type { EndpointRequest } from './endpoint-request.ts';
import { changeLinks } from './open-links.ts';
import { movePorts } from './publish-ports.ts';
import { releaseEndpoint } from './reserve-endpoint.ts';
import { reserveEndpoints } from './reserve-endpoints.ts';
import { alreadyConnected, findOpen, sandboxOf } from './sandbox-lookup.ts';
import { changeNames, type UpstreamRequest, upstreamsOf } from './serve-names.ts';

/**
 * Connects a running container to one more network.
 * @throws as `joinNetworks`; ENDPOINT_EXISTS
 */
export async function connectRunning(
  state: NetworkState,
  container: string,
  request: EndpointRequest & UpstreamRequest,
): Promise<Endpoint> {
  await hostReady(state);
  return state.inTurn(container, () => connectNow(state, container, request));
}

async function connectNow(
  state: NetworkState,
  container: string,
  { upstreams, upstreamsFrom, ...request }: EndpointRequest & UpstreamRequest,
): Promise<Endpoint> {
  const sandbox = sandboxOf(state, container);
  const network = findOpen(state, request.network);
  if (sandbox.endpoints.some((endpoint) => endpoint.network === network.id))
    throw alreadyConnected(network, request);
  const taken = sandbox.endpoints.map(({ interfaceName }) => interfaceName);
  const [endpoint] = await reserveEndpoints(state, [request], taken);
  if (endpoint === undefined) throw new TypeError(network.name);
  const next = {
    ...{ ...sandbox, endpoints: [...sandbox.endpoints, endpoint] },
    ...upstreamsOf({ upstreams, upstreamsFrom }),
  };
  try {
    // It may have left while addresses were waited for.
    sandboxOf(state, container);
    state.keepSandbox(next);
    // Before anything is done: who comes after a berthd that is killed knows what there may be.
    await state.sandboxStore.save({ ...next, changing: [endpoint.id] });
    await changeInterfaces(state, next, sandbox.endpoints);
    await movePorts(state, { before: sandbox, after: next });
    await changeLinks(state, container);
    await changeNames(state, { before: sandbox, after: next });
  } catch (error) {
    await undoConnect(state, sandbox, endpoint);
    throw error;
  }
  state.announce('connect', network, container);
  return endpoint;
}

/** Disconnects a running container from a network. @throws ENDPOINT_NOT_FOUND */
export async function disconnectRunning(
  state: NetworkState,
  container: string,
  network: Network,
): Promise<void> {
  await hostReady(state);
  return state.inTurn(container, () => disconnectNow(state, container, network));
}

async function disconnectNow(
  state: NetworkState,
  container: string,
  network: Network,
): Promise<void> {
  const sandbox = sandboxOf(state, container);
  const endpoint = sandbox.endpoints.find((one) => one.network === network.id);
  if (endpoint === undefined)
    throw new BerthError('ENDPOINT_NOT_FOUND', {
      message: `container ${container} is not connected to network ${network.name}`,
      remedy: 'See "docker network inspect".',
      details: { container, network: network.name },
    });
  await disconnectThese(state, sandbox, [endpoint]);
  state.announce('disconnect', network, container);
}

async function disconnectThese(
  state: NetworkState,
  sandbox: SandboxRecord,
  gone: readonly Endpoint[],
): Promise<void> {
  const { container, endpoints } = sandbox;
  const kept = endpoints.filter((one) => !gone.includes(one));
  const next = { ...sandbox, endpoints: kept, changing: undefined };
  await state.sandboxStore.save({ ...sandbox, changing: gone.map(({ id }) => id) });
  try {
    await movePorts(state, { before: sandbox, after: next });
    await changeInterfaces(state, next, endpoints).catch(async (error: unknown) => {
      await movePorts(state, { before: next, after: sandbox }).catch(state.ports.report);
      throw error;
    });
  } catch (error) {
    await state.sandboxStore.save(sandbox).catch(state.ports.report);
    throw error;
  }
  // It may have left meanwhile: all that it has goes then.
  if (state.sandboxes.has(container)) state.keepSandbox(next);
  // The interface is gone: what does not work from here on is told to the administrator, and the client that it is disconnected.
  const rest = await Promise.allSettled([
    changeNames(state, { before: sandbox, after: next }),
    changeLinks(state, container),
    state.sandboxStore.save({ ...next, changing: [] }),
  ]);
  for (const result of rest) if (result.status === 'rejected') state.ports.report(result.reason);
  for (const endpoint of gone) releaseEndpoint(state, endpoint);
}

/**
 * Disconnects a container from what a berthd that was killed was connecting or disconnecting: nobody knows how far it came.
 * @throws SYSCALL_FAILED, and what a firewall throws
 */
export async function settleSandbox(state: NetworkState, container: string): Promise<void> {
  await hostReady(state);
  await state.inTurn(container, async () => {
    const sandbox = state.sandboxes.get(container);
    if (sandbox?.changing === undefined) return;
    const { changing, endpoints } = sandbox;
    const gone = endpoints.filter(({ id }) => changing.includes(id));
    await disconnectThese(state, sandbox, gone);
  });
}

/** Takes note that a connect or disconnect is over, with all that follows from it: until then the next berthd looks after it. */
export function noteChanged(state: NetworkState, container: string): Promise<void> {
  return state.inTurn(container, async () => {
    const sandbox = state.sandboxes.get(container);
    if (sandbox !== undefined) await state.sandboxStore.save(sandbox);
  });
}

async function undoConnect(
  state: NetworkState,
  before: SandboxRecord,
  endpoint: Endpoint,
): Promise<void> {
  if (state.sandboxes.has(before.container)) state.keepSandbox(before);
  try {
    await changeLinks(state, before.container);
    await removeInterfaces(state, { ...before, endpoints: [endpoint] });
    await state.sandboxStore.save(before);
  } catch (problem) {
    state.ports.report(problem);
  }
  releaseEndpoint(state, endpoint);
}

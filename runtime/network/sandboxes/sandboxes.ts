import { isDeepStrictEqual } from 'node:util';

import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { randomId } from '../../host/random-id.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { NetworkDriver } from '../drivers/network-driver.ts';
import { establishNetwork } from '../lifecycle/establish-network.ts';
import { hostReady } from '../lifecycle/host-ready.ts';
import { repairBridges } from '../lifecycle/repair.ts';
import type { NetworkState } from '../lifecycle/network-state.ts';
import type { Network } from '../lifecycle/network.ts';
import type { Endpoint, LinkedSandbox, SandboxRecord } from '../model/sandbox-record.ts';
import { releaseNamespace } from '../namespaces/network-namespace.ts';
import { changeProgram } from './connect-program.ts';
import { disconnectAll } from './disconnect-steps.ts';
import type { EndpointRequest } from './endpoint-request.ts';
import { type NamespaceUsers, pathsOf } from './namespace-pool.ts';
import { changeLinks } from './open-links.ts';
import { portRules } from './publish-ports.ts';
import { changeNames, serveNames, type UpstreamRequest, upstreamsOf } from './serve-names.ts';
import { releaseEndpoint, reserveEndpoint } from './reserve-endpoint.ts';
import { alreadyConnected, findOpen, sandboxOf } from './sandbox-lookup.ts';

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
    endpoints = await reserveAll(state, request.endpoints);
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
  const [endpoint] = await reserveAll(state, [request], taken);
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
    await change(state, next, sandbox.endpoints);
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
    await change(state, next, endpoints).catch(async (error: unknown) => {
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

/** What those have who leave is free in a moment: nobody is refused for that. */
async function reserveAll(
  state: NetworkState,
  requests: readonly EndpointRequest[],
  taken: readonly string[] = [],
): Promise<readonly Endpoint[]> {
  try {
    return reserveNow(state, requests, taken);
  } catch (error) {
    const isUsedUp = ['NETWORK_ADDRESS_IN_USE', 'NETWORK_ADDRESSES_USED_UP'].some(
      (code) => error instanceof BerthError && error.code === code,
    );
    if (!isUsedUp || state.leaving.size === 0) throw error;
    await Promise.allSettled(state.leaving.values());
    return reserveNow(state, requests, taken);
  }
}

function reserveNow(
  state: NetworkState,
  requests: readonly EndpointRequest[],
  taken: readonly string[],
): readonly Endpoint[] {
  const endpoints: Endpoint[] = [];
  try {
    for (const request of requests) {
      const names = [...taken, ...endpoints.map(({ interfaceName }) => interfaceName)];
      endpoints.push(reserveEndpoint(findOpen(state, request.network), request, names));
    }
    return endpoints;
  } catch (error) {
    for (const endpoint of endpoints) releaseEndpoint(state, endpoint);
    throw error;
  }
}

async function establish(state: NetworkState, sandbox: SandboxRecord): Promise<void> {
  const results = await Promise.allSettled([
    state.sandboxStore.save(sandbox),
    change(state, sandbox, []).then(() => changeLinks(state, sandbox.container)),
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

function announce(
  state: NetworkState,
  action: 'connect' | 'disconnect',
  id: string,
  container: string,
): void {
  const network = state.networks.get(id);
  if (network) state.announce(action, network, container);
}

/** Makes the namespace what the sandbox says. Bridges that somebody has removed are made again. */
async function change(
  state: NetworkState,
  { namespace, endpoints }: SandboxRecord,
  before: readonly Endpoint[],
): Promise<void> {
  if (endpoints.length === 0 && before.length === 0) return;
  const networkOf = ({ network }: Endpoint): Network => state.find(network);
  const attempt = async (): Promise<void> => {
    const networks = new Set(endpoints.map(networkOf));
    await Promise.all([...networks].map((network) => establishNetwork(state, network)));
    await state.ports.runner.run(changeProgram({ namespace, before, after: endpoints, networkOf }));
  };
  try {
    await attempt();
  } catch (error) {
    if (!isBridgeGone(error)) throw error;
    const kept = before.filter(({ id }) => endpoints.some((endpoint) => endpoint.id === id));
    await removeLinks(state, {
      namespace,
      endpoints: endpoints.filter((endpoint) => !kept.includes(endpoint)),
    });
    await repairBridges(state, endpoints.map(networkOf));
    await attempt();
  }
}

/** The kernel refuses a port of a bridge that is not there any more. */
function isBridgeGone(error: unknown): boolean {
  if (!isBerthError(error, 'SYSCALL_FAILED')) return false;
  return ['EINVAL', 'ENODEV', 'ENXIO'].includes(String(error.details['errno']));
}

async function removeLinks(
  state: NetworkState,
  { namespace, endpoints }: Pick<SandboxRecord, 'namespace' | 'endpoints'>,
): Promise<void> {
  const p = new ProgramBuilder('disconnect a container');
  disconnectAll(p, { namespace, endpoints, driverOf: driverOf(state) });
  await state.ports.runner.run(p);
}

function driverOf(state: NetworkState): (endpoint: Endpoint) => NetworkDriver | undefined {
  return ({ network }) => state.networks.get(network)?.driver;
}

async function undoConnect(
  state: NetworkState,
  before: SandboxRecord,
  endpoint: Endpoint,
): Promise<void> {
  if (state.sandboxes.has(before.container)) state.keepSandbox(before);
  try {
    await changeLinks(state, before.container);
    await removeLinks(state, { ...before, endpoints: [endpoint] });
    await state.sandboxStore.save(before);
  } catch (problem) {
    state.ports.report(problem);
  }
  releaseEndpoint(state, endpoint);
}

/** What cannot be taken down is reported, and tried again by the next berthd. */
async function takeDown(state: NetworkState, sandbox: SandboxRecord): Promise<void> {
  try {
    await state.names.stop(sandbox.container);
    await changeLinks(state, sandbox.container);
    if (sandbox.ports.length > 0) await state.ports.firewall.unpublish(portRules(state, sandbox));
    const p = new ProgramBuilder('disconnect a container');
    disconnectAll(p, { ...sandbox, driverOf: driverOf(state) });
    for (const path of pathsOf(sandbox)) releaseNamespace(p, path);
    await state.ports.runner.run(p);
    await state.sandboxStore.erase(sandbox.container);
  } catch (problem) {
    state.ports.report(problem);
  }
  for (const endpoint of sandbox.endpoints) releaseEndpoint(state, endpoint);
  state.hostPorts.release(sandbox.ports);
}

/** The ports of a container lead to it by another network, when another one is its way out of the host. */
async function movePorts(
  state: NetworkState,
  { before, after }: { readonly before: SandboxRecord; readonly after: SandboxRecord },
): Promise<void> {
  const [old, next] = [portRules(state, before), portRules(state, after)];
  if (isDeepStrictEqual(old, next)) return;
  await state.ports.firewall.unpublish(old);
  try {
    await state.ports.firewall.publish(next);
  } catch (error) {
    // Better by the way that was than by none.
    await state.ports.firewall.publish(old);
    throw error;
  }
}

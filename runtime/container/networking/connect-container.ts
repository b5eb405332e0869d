import { BerthError } from '../../errors/berth-error.ts';
import type { Network } from '../../network/lifecycle/network.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { hasProgram } from '../model/container-state.ts';
import { networkKind, wishedNetworks } from '../model/network-mode.ts';
import type { EndpointSettings } from '../model/networking-config.ts';
import { connectNow, finishChange } from './connect-now.ts';
import { refusedNetworking } from './refused-networking.ts';
import { verifyEndpointSettings } from './settings-problem.ts';

/**
 * Connects a container to one more network: now when it runs, else from its next start on.
 * @throws NETWORK_NOT_FOUND, ENDPOINT_EXISTS, ENDPOINT_SETTINGS_INVALID, CONTAINER_CONFIG_INVALID the container has the network of
 *   the host or of another one; CONTAINER_BEING_REMOVED, and what `Networks.connect` throws
 */
export function connectContainer(
  state: EngineState,
  container: Container,
  { network: name, settings }: { readonly network: string; readonly settings: EndpointSettings },
): Promise<void> {
  const { networks } = state.ports;
  return container.queue.run(async () => {
    refuseWhenGoing(container);
    const network = networks.find(name);
    refuseTogether(container, network);
    const { record } = container;
    const wished = wishedNetworks(record, networks.defaultName);
    verifyEndpointSettings(network.name, settings, network.record);
    const isRunning = hasProgram(record.state);
    const before = networks.sandboxOf(container.id)?.endpoints ?? [];
    const next = { ...wished, [network.name]: settings };
    // First: what cannot be written down must not be so.
    await state.save(container, { ...record, networks: next });
    if (!isRunning) return;
    await orAsBefore(state, container, record, () =>
      connectNow(state, container, { network, settings }),
    );
    await finishChange(state, container, before);
  });
}

/** Does what a record says by now already, which is as it was when that does not work. */
async function orAsBefore(
  state: EngineState,
  container: Container,
  before: ContainerRecord,
  action: () => Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    await state.saveIfPossible(container, before);
    throw error;
  }
}

/**
 * Disconnects a container from a network.
 * @throws NETWORK_NOT_FOUND, ENDPOINT_NOT_FOUND, CONTAINER_CONFIG_INVALID, CONTAINER_BEING_REMOVED
 */
export function disconnectContainer(
  state: EngineState,
  container: Container,
  name: string,
): Promise<void> {
  const { networks } = state.ports;
  return container.queue.run(async () => {
    refuseWhenGoing(container);
    const network = networks.findIfThere(name);
    const { record } = container;
    const key = network?.name ?? name;
    const { [key]: found, ...rest } = wishedNetworks(record, networks.defaultName);
    if (record.hostConfig.NetworkMode === 'host' && key === 'host')
      throw refusedNetworking(
        'cannot disconnect container from host network - container was created in host network mode',
      );
    const isRunning = hasProgram(record.state);
    const before = networks.sandboxOf(container.id)?.endpoints ?? [];
    const isConnected = isRunning && before.some((endpoint) => endpoint.network === network?.id);
    if (found === undefined && !isConnected) {
      // Whether a network is there is asked first.
      networks.find(name);
      throw notConnected(container, key);
    }
    await state.save(container, { ...record, networks: rest });
    if (network !== undefined && isConnected)
      await orAsBefore(state, container, record, () => networks.disconnect(container.id, network));
    if (isRunning) await finishChange(state, container, before);
  });
}

function notConnected({ id }: Container, network: string): BerthError {
  return new BerthError('ENDPOINT_NOT_FOUND', {
    message: `container ${id} is not connected to network ${network}`,
    remedy: 'See "docker network inspect".',
    details: { container: id, network },
  });
}

function refuseWhenGoing({ id, removing, record }: Container): void {
  if (!removing && record.state.status !== 'dead') return;
  throw new BerthError('CONTAINER_BEING_REMOVED', {
    message: `Container ${id} is marked for removal and cannot be connected or disconnected to the network`,
    remedy: 'Create another container.',
    details: { container: id },
  });
}

/** A network namespace that is somebody else's gets no interfaces for this container. */
function refuseTogether({ record }: Container, network: Network): void {
  const kind = networkKind(record.hostConfig);
  if (network.name === 'host')
    throw refusedNetworking(
      'cannot connect container to host network - container must be created in host network mode',
    );
  if (kind === 'host' || kind === 'container')
    throw refusedNetworking(
      'container sharing network namespace with another container or host cannot be connected to any other network',
    );
  const hasNone =
    Object.hasOwn(record.networks ?? {}, 'none') ||
    (record.networks === undefined && kind === 'none');
  if (hasNone || network.name === 'none')
    throw refusedNetworking(
      'container cannot be connected to multiple networks with one of the networks in private (none) mode',
    );
}

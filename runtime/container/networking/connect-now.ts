import type { Network } from '../../network/lifecycle/network.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { isUserDefined } from '../model/network-mode.ts';
import type { EndpointSettings } from '../model/networking-config.ts';
import { endpointRequest } from './endpoint-request.ts';
import { writeHostsAgain } from './hosts-again.ts';
import { nameServer } from './name-server.ts';

/** Connects a container that runs to one more network. @throws what `Networks.connect` throws */
export async function connectNow(
  { ports }: EngineState,
  { id, record }: Container,
  { network, settings }: { readonly network: Network; readonly settings: EndpointSettings },
): Promise<void> {
  const { networks } = ports;
  const before = networks.sandboxOf(id)?.endpoints ?? [];
  const names = [...before.map(({ networkName }) => networkName), network.name];
  const plan = await nameServer(ports, record, names);
  const { upstreams, upstreamsFrom } = plan !== undefined && names.some(isUserDefined) ? plan : {};
  const request = endpointRequest(record, network.id, settings);
  await networks.connect(id, { ...request, upstreams, upstreamsFrom });
}

/**
 * Does what goes with other networks: relays of ports that lead to another address, and who is who. The change is over then. It has
 * happened before: what does not work here is told to the administrator, and is what the next berthd looks after.
 */
export async function finishChange(
  state: EngineState,
  container: Container,
  before: Parameters<typeof writeHostsAgain>[2],
): Promise<void> {
  const { networks, runtime, report } = state.ports;
  const { runFolder } = state.folder(container);
  await runtime.moveRelays(runFolder, networks.heldPorts(container.id)).catch(report);
  try {
    await writeHostsAgain(state, container, before);
    await networks.noteChanged(container.id);
  } catch (error) {
    report(error);
  }
}

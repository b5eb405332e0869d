import { BerthError } from '../../errors/berth-error.ts';
import { type PortWish, portWishes } from '../../network/ports/port-wishes.ts';
import type { HeldPort } from '../../network/sandboxes/publish-ports.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { SIGKILL } from '../model/signals.ts';
import { explainedNetworking } from './networking-failure.ts';

/** What a container wants to be reached by through the host. */
export function wishesOf({ config, hostConfig }: ContainerRecord): readonly PortWish[] {
  return portWishes({
    bindings: hostConfig.PortBindings,
    exposed: Object.keys(config.ExposedPorts ?? {}),
    publishAll: hostConfig.PublishAllPorts,
  });
}

/**
 * Starts a container's program with the ports of the host that it is to have.
 * @param start starts it with ports that its monitor holds
 * @throws what `Networks.publishing` and `start` throw
 */
export async function publishPorts<Result>(
  state: EngineState,
  container: Container,
  start: (held: readonly HeldPort[]) => Promise<Result>,
): Promise<Result> {
  const { networks, runtime } = state.ports;
  const { id, record } = container;
  const wishes = wishesOf(record);
  if (wishes.length === 0) return start([]);
  const stop = async (): Promise<void> => {
    const connection = await runtime.connect(state.folder(container).runFolder);
    connection?.signal(SIGKILL);
    await connection?.closed;
  };
  try {
    return await networks.publishing(
      { container: id, owner: record.name, wishes },
      { start, stop },
    );
  } catch (error) {
    throw isAboutPorts(error) ? explainedNetworking(error) : error;
  }
}

/** Others are about the start itself. */
function isAboutPorts(error: unknown): boolean {
  const codes = ['PORT_ALLOCATED', 'PORTS_EXHAUSTED', 'HOST_PORT_UNAVAILABLE'];
  return (
    error instanceof BerthError &&
    (codes.includes(error.code) || error.code.startsWith('FIREWALL_'))
  );
}

import { BerthError } from '../../errors/berth-error.ts';
import type { Container } from '../lifecycle/container.ts';
import { standsStill } from '../lifecycle/stand-still.ts';
import type { MonitorConnection, ProcessTarget } from '../ports.ts';

function conflict(message: string, container: Container, remedy: string): BerthError {
  return new BerthError('CONTAINER_NOT_RUNNING', {
    message,
    remedy,
    details: { container: container.id },
  });
}

/**
 * The connection of a container in which something can be executed: it runs and is not paused.
 *
 * @param shown the container as Docker's message names it.
 * @throws CONTAINER_NOT_RUNNING in Docker's words
 */
export function requireRunning(
  container: Container,
  shown: string = container.id,
): MonitorConnection {
  const { status } = container.record.state;
  if (standsStill(container)) {
    const message = `Container ${shown} is paused, unpause the container before exec`;
    throw conflict(message, container, 'Unpause it with "docker unpause".');
  }
  if (status === 'restarting') {
    const message = `Container ${container.id} is restarting, wait until the container is running`;
    throw conflict(message, container, 'Wait until it runs.');
  }
  if (status === 'running' && container.connection) return container.connection;
  const message = `container ${container.id} is not running`;
  throw conflict(message, container, 'Start it with "docker start".');
}

/** The process of a container in which something can be executed. @throws CONTAINER_NOT_RUNNING */
export async function runningTarget(container: Container): Promise<ProcessTarget> {
  const target = await requireRunning(container).target();
  if (target) return target;
  const message = `container ${container.id} is not running`;
  throw conflict(message, container, 'Start it with "docker start".');
}

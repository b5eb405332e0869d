import { BerthError } from '../../errors/berth-error.ts';
import { isLive } from '../model/container-state.ts';
import type { MonitorConnection } from '../ports.ts';
import type { Container } from './container.ts';

/**
 * The connection of a container that runs or is paused, and is not about to be killed or started again.
 *
 * @throws CONTAINER_NOT_RUNNING in Docker's words
 */
export function requireStable(container: Container): MonitorConnection {
  const { id, connection, record } = container;
  if (record.state.status === 'restarting') {
    throw notRunning(
      container,
      `Container ${id} is restarting, wait until the container is running`,
    );
  }
  if (connection !== undefined && isLive(record.state) && !container.dying) return connection;
  throw notRunning(container);
}

/** The error for a container without a program. */
export function notRunning(
  { id }: Pick<Container, 'id'>,
  message = `container ${id} is not running`,
): BerthError {
  return new BerthError('CONTAINER_NOT_RUNNING', {
    message,
    remedy: 'Start it with "docker start".',
    details: { container: id },
  });
}

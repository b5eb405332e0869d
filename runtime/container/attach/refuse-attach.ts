import { BerthError } from '../../errors/berth-error.ts';
import type { Container } from '../lifecycle/container.ts';

/** What a container has to do before somebody can be attached to it, in Docker's words. */
const obstacles: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  paused: ['unpause the container before attach', 'Unpause it with "docker unpause".'],
  restarting: ['wait until the container is running', 'Wait until it runs.'],
};

/**
 * Refuses to attach somebody to what neither runs nor has yet to be started.
 *
 * @param shown the container as the client named it
 * @throws CONTAINER_NOT_RUNNING
 */
export function refuseAttach(container: Container, shown: string): void {
  const { status } = container.record.state;
  const obstacle = obstacles[status];
  if (obstacle === undefined) return;
  const [message, remedy] = obstacle;
  throw new BerthError('CONTAINER_NOT_RUNNING', {
    message: `container ${shown} is ${status}, ${message}`,
    remedy,
    details: { container: container.id },
  });
}

import { BerthError } from '../../errors/berth-error.ts';
import type { Container } from '../lifecycle/container.ts';

/** A container on its way out has no files that could be relied on. @throws CONTAINER_BEING_REMOVED */
export function refuseWhenGoing(container: Container, verb: 'commit' | 'copy' | 'export'): void {
  const isDead = container.record.state.status === 'dead';
  if (!container.removing && !isDead) return;
  throw new BerthError('CONTAINER_BEING_REMOVED', {
    message: `You cannot ${verb} container ${container.id} which is ${isDead ? 'Dead' : 'being removed'}`,
    remedy: 'Use another container.',
    details: { container: container.id },
  });
}

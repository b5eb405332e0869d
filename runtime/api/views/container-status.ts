import type { Container } from '../../container/lifecycle/container.ts';
import { humanDuration } from './human-duration.ts';

/** The word for a container's state. */
export function statusWord(container: Container): string {
  return container.removing ? 'removing' : container.record.state.status;
}

/** A container's state as `docker ps` shows it: `Up 3 hours`, `Exited (0) 5 minutes ago`. */
export function statusText(container: Container, now: number): string {
  const { state } = container.record;
  const since = (time: number): string => humanDuration(now - time);
  if (container.removing) return 'Removal In Progress';
  switch (state.status) {
    case 'created':
      return 'Created';
    case 'running':
      return `Up ${since(state.startedAt)}${healthText(container)}`;
    case 'paused':
      return `Up ${since(state.startedAt)} (Paused)`;
    case 'restarting':
      return `Restarting (${state.exitCode}) ${since(state.finishedAt)} ago`;
    case 'exited':
      return `Exited (${state.exitCode}) ${since(state.finishedAt)} ago`;
    case 'dead':
      return 'Dead';
  }
}

function healthText({ health }: Container): string {
  if (health === undefined) return '';
  return health.status === 'starting' ? ' (health: starting)' : ` (${health.status})`;
}

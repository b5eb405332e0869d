import { BerthError } from '../../errors/berth-error.ts';
import { isLive } from '../model/container-state.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';

/** A terminal's size in characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Gives a container's terminal another size.
 *
 * @throws CONTAINER_NOT_RUNNING
 */
export function resizeTerminal(state: EngineState, container: Container, size: TerminalSize): void {
  if (container.connection === undefined || !isLive(container.record.state)) {
    throw new BerthError('CONTAINER_NOT_RUNNING', {
      message: `container ${container.id} is not running`,
      remedy: 'Start it with "docker start".',
      details: { container: container.id },
    });
  }
  container.connection.resize(size);
  state.announce(container, 'resize', { height: String(size.rows), width: String(size.columns) });
}

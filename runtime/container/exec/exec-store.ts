import { BerthError } from '../../errors/berth-error.ts';
import type { Container } from '../lifecycle/container.ts';
import type { Exec } from './exec.ts';

/** How long the exit code of one that has ended can be asked for. */
const keptMs = 5 * 60 * 1000;

/** Of those that have ended the oldest go first when there are more. */
const mostEnded = 4096;

/** Execs of one container that have not ended: clients may forget what they created and never start it. */
const mostOfContainer = 1024;

/** All execs, by id. */
export class ExecStore {
  readonly #all = new Map<string, Exec>();
  /** In the order in which they ended. */
  readonly #ended = new Set<Exec>();
  readonly #open = new Map<Container, Set<Exec>>();

  /** Adds one. @throws EXEC_LIMIT_REACHED */
  add(exec: Exec, now: number): void {
    this.#sweep(now);
    const open = this.#open.get(exec.container) ?? new Set();
    if (open.size >= mostOfContainer) {
      throw new BerthError('EXEC_LIMIT_REACHED', {
        message: `container ${exec.container.id} has ${open.size} exec instances that have not ended, wanted at most ${mostOfContainer}`,
        remedy: 'Start those that were created, or restart the container.',
        details: { container: exec.container.id, limit: mostOfContainer },
      });
    }
    this.#all.set(exec.id, exec);
    this.#open.set(exec.container, open.add(exec));
  }

  /** The one with this full id. @throws EXEC_INSTANCE_NOT_FOUND */
  get(id: string): Exec {
    const found = this.#all.get(id);
    if (found) return found;
    throw noSuchExec(id);
  }

  /** Those of a container that have not ended, in the order in which they were created. */
  openOf(container: Container): readonly Exec[] {
    return [...(this.#open.get(container) ?? [])];
  }

  /** One has ended: it can be asked for a while longer. */
  ended(exec: Exec): void {
    this.#leaveOpen(exec);
    this.#ended.add(exec);
    const [oldest] = this.#ended;
    if (oldest && this.#ended.size > mostEnded) this.#forget(oldest);
  }

  /** The container runs no longer: what was never started never will be. */
  containerEnded(container: Container, now: number): void {
    for (const exec of this.openOf(container)) {
      if (exec.phase !== 'created') continue;
      exec.endedAt = now;
      this.ended(exec);
    }
  }

  /** How many there are, ended or not. */
  get size(): number {
    return this.#all.size;
  }

  #sweep(now: number): void {
    for (const exec of this.#ended) {
      if (exec.endedAt + keptMs > now) return;
      this.#forget(exec);
    }
  }

  #forget(exec: Exec): void {
    this.#ended.delete(exec);
    this.#all.delete(exec.id);
  }

  #leaveOpen(exec: Exec): void {
    const open = this.#open.get(exec.container);
    open?.delete(exec);
    if (open?.size === 0) this.#open.delete(exec.container);
  }
}

/** In Docker's words. */
export function noSuchExec(id: string): BerthError {
  return new BerthError('EXEC_INSTANCE_NOT_FOUND', {
    message: `No such exec instance: ${id}`,
    remedy: 'Create another: those that have ended are forgotten after a while.',
    details: { exec: id },
  });
}

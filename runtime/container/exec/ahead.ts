import type { ResolvedUser } from '../spec/resolve-user.ts';

/** What was begun for an exec when it was created, before anybody asked for its start. */
export interface Ahead {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the run of the container that it is for. */
  readonly startedAt: number;
  readonly user: Promise<ResolvedUser>;
  /** Resolves when there is something ready, or nothing could be made so: the start finds out why. */
  readonly ready: Promise<void>;
}

import { packageMessages as m } from '../../../messages/areas/packages.ts';
import { BerthError, isBerthError } from '../../../runtime/errors/berth-error.ts';
import { systemClock } from '../../../runtime/host/clock.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import type { PackageWork } from '../package-manager.ts';
import type { LockFile, LockHolder } from './lock-file.ts';
import { lockHolder } from './lock-holder.ts';

const lookEveryMs = 500;
const tellEveryMs = 30_000;
const defaultLimitMs = 10 * 60_000;
/** A lock without a process is given so long: its owner may just be closing it. */
const leftLimitMs = 3_000;

/** A program that needs the package manager to itself. */
export interface ExclusiveTask<T> {
  readonly locks: readonly LockFile[];
  readonly run: () => Promise<T>;
}

/**
 * Runs a program of the package manager when no other process has its lock. Should another one be quicker, the program
 * fails; then it waits and tries again: it has changed nothing without the lock. Throws PACKAGE_LOCKED after
 * `work.lockLimitMs`, the reason of `work.signal`, and what `run` throws for other reasons.
 */
export async function exclusively<T>(
  host: ProvisionHost,
  task: ExclusiveTask<T>,
  work: PackageWork = {},
): Promise<T> {
  const wait = new Wait(work);
  for (;;) {
    await wait.untilFree(() => lockHolder(host, task.locks));
    try {
      return await task.run();
    } catch (error) {
      work.signal?.throwIfAborted();
      const lostTheRace =
        isBerthError(error, 'COMMAND_FAILED') && (await lockHolder(host, task.locks)) !== undefined;
      if (!lostTheRace) throw error;
    }
  }
}

/** One wait, however many holders come one after the other. */
class Wait {
  readonly #work: PackageWork;
  #since: number | undefined;
  #told: { readonly pid: number | undefined; readonly at: number } | undefined;

  constructor(work: PackageWork) {
    this.#work = work;
  }

  async untilFree(look: () => Promise<LockHolder | undefined>): Promise<void> {
    const { signal, clock = systemClock } = this.#work;
    for (;;) {
      signal?.throwIfAborted();
      const holder = await look();
      if (holder === undefined) return;
      this.#since ??= clock.now();
      const waitedMs = clock.now() - this.#since;
      this.#requirePatience(holder, waitedMs);
      this.#tell(holder, waitedMs);
      await clock.sleep(lookEveryMs, signal);
    }
  }

  #requirePatience(holder: LockHolder, waitedMs: number): void {
    const { lockLimitMs = defaultLimitMs } = this.#work;
    const limitMs = holder.pid === undefined ? Math.min(leftLimitMs, lockLimitMs) : lockLimitMs;
    if (waitedMs >= limitMs) throw locked(holder, waitedMs);
  }

  #tell(holder: LockHolder, waitedMs: number): void {
    const last = this.#told;
    if (last?.pid === holder.pid && last !== undefined && waitedMs - last.at < tellEveryMs) return;
    this.#told = { pid: holder.pid, at: waitedMs };
    this.#work.onWait?.({ ...holder, waitedMs });
  }
}

function locked(holder: LockHolder, waitedMs: number): BerthError {
  const { path, pid, command } = holder;
  const seconds = Math.round(waitedMs / 1000);
  return new BerthError('PACKAGE_LOCKED', {
    message: pid === undefined ? m.lockLeft({ path }) : m.lockHeld({ path, pid, command, seconds }),
    remedy: pid === undefined ? m.lockLeftRemedy({ path }) : m.lockHeldRemedy({ pid }),
    details: { path, pid, command, waitedMs },
  });
}

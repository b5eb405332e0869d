import { kill } from 'node:process';
import { defaultCgroupPath } from '../../cgroup/cgroup-path.ts';
import type { CgroupFreezer, CgroupPlan, CgroupReport } from '../../cgroup/cgroup-plan.ts';
import { freeze, isThawed, thaw } from '../../cgroup/freezer.ts';
import type { CgroupLayout } from '../../cgroup/layout.ts';
import { planCgroup } from '../../cgroup/plan.ts';
import { planUpdate, type UpdateRequest } from '../../cgroup/plan-update.ts';
import { processesBelow, withChildren } from '../../cgroup/processes.ts';
import type { Count } from '../../cgroup/statistics/control-files.ts';
import { countLimitFailures, readStatistics } from '../../cgroup/statistics/read-statistics.ts';
import type { Statistics } from '../../cgroup/statistics/statistics.ts';
import { writeLimits } from '../../cgroup/write-limits.ts';
import { BerthError } from '../../errors/berth-error.ts';
import type { Clock } from '../../host/clock.ts';
import { exists, hasErrno } from '../../host/files.ts';
import type { Resources } from '../../spec/resources.ts';
import { removeCgroups } from './remove-cgroups.ts';

/** How long processes may take to stand still: those that hang in the kernel never do. */
const freezePatienceMs = 10_000;

/** How often what is left of a container is killed, and the pause after each: what was forked meanwhile is found in the next. */
const endingRounds = 100;
const endingPauseMs = 10;

/** Which cgroup is meant: it is always found anew, so that nothing has to be kept of it. */
export interface CgroupPlace {
  /** The container's. */
  readonly id: string;
  /** `linux.cgroupsPath`; absent: berth's own for this id. */
  readonly path?: string | undefined;
}

/** What a container uses. */
export interface CgroupSample {
  /** Whose files were read: a few counts there are in one of them only. */
  readonly version: 'v1' | 'v2';
  readonly counts: Statistics;
  /** How often a limit of memory was reached. */
  readonly limitFailures: Count;
}

/** The cgroups of containers that run: processes are stopped, counted, and limited otherwise. */
export class LiveCgroups {
  readonly #layout: CgroupLayout | undefined;
  readonly #clock: Clock;

  /** @param layout Absent: this host shows none, and nothing can be done. */
  constructor(layout: CgroupLayout | undefined, clock: Clock) {
    this.#layout = layout;
    this.#clock = clock;
  }

  /**
   * Stops all processes; resolves when they stand still.
   *
   * @throws CGROUP_UNAVAILABLE, CGROUP_FREEZE_TIMEOUT, CONTAINER_NOT_RUNNING the cgroup is gone
   */
  async freeze(place: CgroupPlace): Promise<void> {
    const freezer = this.#freezer(place);
    try {
      await freeze(freezer, { clock: this.#clock, patienceMs: freezePatienceMs });
    } catch (cause) {
      if (!hasErrno(cause, 'ENOENT', 'ENODEV')) throw cause;
      throw gone(place, cause);
    }
  }

  /** Lets all processes go on; those of a cgroup that is gone have. */
  async thaw(place: CgroupPlace): Promise<void> {
    const { freezer } = this.#plan(place);
    if (freezer !== undefined) await thaw(freezer);
  }

  /** Whether nobody has stopped them, or begun to. */
  async isThawed(place: CgroupPlace): Promise<boolean> {
    const { freezer } = this.#plan(place);
    return freezer === undefined || isThawed(freezer);
  }

  /** What the kernel counts; `undefined` where this host shows no cgroups, and of one that is gone. */
  async sample(place: CgroupPlace): Promise<CgroupSample | undefined> {
    if (this.#layout === undefined) return undefined;
    const { remove: folders, hierarchies } = this.#plan(place);
    const [counts, limitFailures] = await Promise.all([
      readStatistics(this.#layout, folders),
      countLimitFailures(this.#layout, folders),
    ]);
    // Files that are missing count as 0, so whether there was a container in them is looked at by itself, afterwards.
    if (!(await exists(hierarchies[0]?.folder ?? ''))) return undefined;
    return { version: this.#layout.version === 'v2' ? 'v2' : 'v1', counts, limitFailures };
  }

  /** Which limits this host cannot carry out, of those of a container that is to be started. */
  unsupported(
    { id, path = defaultCgroupPath(id) }: CgroupPlace,
    resources: Resources,
  ): readonly CgroupReport[] {
    return planCgroup({ layout: this.#layout, path, resources }).unsupported;
  }

  /**
   * Sets other limits: all, or none when one of them is refused. A cgroup that is gone needs none.
   *
   * @throws CGROUP_UPDATE_REFUSED, CGROUP_LIMIT_INVALID
   */
  async update(
    place: CgroupPlace,
    { change, resources }: Pick<UpdateRequest, 'change' | 'resources'>,
  ): Promise<readonly CgroupReport[]> {
    const { id, path = defaultCgroupPath(id) } = place;
    if (this.#layout === undefined) return this.unsupported(place, change);
    const plan = planUpdate({ layout: this.#layout, path, change, resources });
    try {
      await writeLimits(plan.writes);
    } catch (error) {
      const { hierarchies } = this.#plan(place);
      if (await exists(hierarchies[0]?.folder ?? '')) throw error;
    }
    return plan.unsupported;
  }

  /** The processes in it and in those below it, by number; none where this host shows no cgroups. */
  async processes(place: CgroupPlace): Promise<readonly number[]> {
    const { hierarchies } = this.#plan(place);
    // A container is in all of its folders.
    const [first] = hierarchies;
    return first === undefined ? [] : processesBelow(first.folder);
  }

  /**
   * Ends whoever is left in it, stopped or not, and removes it with those that they have made in it. Nothing is done where it
   * is gone already: this is for a container whose monitor was killed and could not do it.
   *
   * @throws EBUSY when processes hang in the kernel and do not end
   */
  async remove(place: CgroupPlace): Promise<void> {
    const { remove: folders, freezer } = this.#plan(place);
    for (let round = 0; round < endingRounds; round += 1) {
      const pids = await this.processes(place);
      if (pids.length === 0) break;
      pids.forEach(end);
      // What stands still dies only when it goes on (cgroup v1).
      if (freezer !== undefined) await thaw(freezer);
      await this.#clock.sleep(endingPauseMs);
    }
    for (const folder of folders) await removeCgroups(await withChildren(folder), this.#clock);
  }

  #plan({ id, path = defaultCgroupPath(id) }: CgroupPlace): CgroupPlan {
    return planCgroup({ layout: this.#layout, path });
  }

  #freezer(place: CgroupPlace): CgroupFreezer {
    const { freezer } = this.#plan(place);
    if (freezer !== undefined) return freezer;
    throw new BerthError('CGROUP_UNAVAILABLE', {
      message: `container ${place.id} has no freezer cgroup, wanted one to pause it with`,
      remedy: 'Mount the freezer controller, or cgroup2, and start the container again.',
      details: { container: place.id },
    });
  }
}

function end(pid: number): void {
  try {
    kill(pid, 'SIGKILL');
  } catch (error) {
    if (!hasErrno(error, 'ESRCH')) throw error;
  }
}

function gone({ id }: CgroupPlace, cause: unknown): BerthError {
  return new BerthError('CONTAINER_NOT_RUNNING', {
    message: `container ${id} is not running`,
    remedy: 'Start it with "docker start".',
    details: { container: id },
    cause,
  });
}

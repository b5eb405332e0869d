import { BerthError } from '../errors/berth-error.ts';
import type { Clock } from '../host/clock.ts';
import { systemClock } from '../host/clock.ts';
import { hasErrno, readTextIfExists, writeExisting } from '../host/files.ts';
import type { CgroupFreezer } from './cgroup-plan.ts';

/** Between two looks whether all processes stand still. */
const lookMs = 1;

/**
 * Stops all processes, and resolves when they stand still.
 *
 * @param patienceMs after this long they are let go again; absent: as long as it takes
 * @throws CGROUP_FREEZE_TIMEOUT; ENOENT when the cgroup is gone
 */
export async function freeze(
  freezer: CgroupFreezer,
  {
    clock = systemClock,
    patienceMs = Number.POSITIVE_INFINITY,
  }: { readonly clock?: Clock; readonly patienceMs?: number } = {},
): Promise<void> {
  const until = clock.now() + patienceMs;
  // With v1 a process that was forked meanwhile is only stopped by writing again.
  for (;;) {
    await writeExisting(freezer.file, freezer.freeze);
    if (await isFrozen(freezer)) return;
    if (clock.now() >= until) break;
    await clock.sleep(lookMs);
  }
  await thaw(freezer);
  throw new BerthError('CGROUP_FREEZE_TIMEOUT', {
    message: `the processes of "${freezer.file}" do not stand still within ${patienceMs / 1000} seconds; they go on`,
    remedy:
      'See what they wait for in /proc/<pid>/stack: a hung disk or network file system is the usual cause.',
    details: { file: freezer.file },
  });
}

/** Lets all processes go on; those of a cgroup that is gone, or goes while its file is open (ENODEV), have ended. */
export async function thaw(freezer: CgroupFreezer): Promise<void> {
  try {
    await writeExisting(freezer.file, freezer.thaw);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'ENODEV')) throw error;
  }
}

/** Whether all processes of the cgroup stand still. */
export async function isFrozen({ frozen }: CgroupFreezer): Promise<boolean> {
  const text = await readTextIfExists(frozen.file);
  return text?.split('\n').includes(frozen.text) === true;
}

/**
 * Whether all processes stand still, or are about to: one that enters a frozen cgroup is not counted as frozen for a moment.
 *
 * @param patienceMs for how long it is looked again while they are neither stopped nor let go
 */
export async function becomesFrozen(
  freezer: CgroupFreezer,
  {
    clock = systemClock,
    patienceMs = 1000,
  }: { readonly clock?: Clock; readonly patienceMs?: number } = {},
): Promise<boolean> {
  const until = clock.now() + patienceMs;
  for (;;) {
    if (await isFrozen(freezer)) return true;
    if ((await isThawed(freezer)) || clock.now() >= until) return false;
    await clock.sleep(lookMs);
  }
}

/** Whether nobody has asked for processes to stand still: what is half stopped is not thawed, and not frozen. */
export async function isThawed({ file, thaw: thawed }: CgroupFreezer): Promise<boolean> {
  const text = await readTextIfExists(file);
  return text === undefined || text.trimEnd() === thawed;
}

import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_WRONLY } from '../../syscall/constants/fs.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { ExecPlan } from './exec-plan.ts';

/** The container's cgroups, opened while the host's tree is the root. */
export interface ExecCgroups {
  /** Cgroup v2: the folder to be born in. */
  readonly folder: Ref | undefined;
  /** Files that a process writes 0 to, to join. */
  readonly join: readonly Ref[];
  readonly all: readonly Ref[];
}

/** Opens the cgroups of a running container (cgroups(7)). */
export function openExecCgroups(
  p: ProgramBuilder,
  { join, hierarchies }: ExecPlan['cgroup'],
): ExecCgroups {
  const open = (path: string, flags: Parameters<ProgramBuilder['call']>[2][number]): Ref =>
    p.call(`open the cgroup ${path}`, 'openat', [AT_FDCWD, p.string(path), flags, 0]);
  const [unified] = hierarchies;
  const folder =
    unified?.controllers.length === 0 ? open(unified.folder, O_DIRECTORY.or(O_CLOEXEC)) : undefined;
  const files = join.map((path) => open(path, O_WRONLY | O_CLOEXEC));
  return { folder, join: files, all: folder ? [folder, ...files] : files };
}

/** The process moves itself, unless it was born there: moving another waits for an RCU grace period. */
export function joinExecCgroups(p: ProgramBuilder, cgroups: ExecCgroups, inCgroup: Ref): void {
  const joined = p.label();
  p.jumpIf('ne', inCgroup, 0, joined);
  for (const file of cgroups.join) p.call('join a cgroup', 'write', [file, p.string('0'), 1]);
  p.place(joined);
  for (const fd of cgroups.all) p.call('close a cgroup', 'close', [fd]);
}

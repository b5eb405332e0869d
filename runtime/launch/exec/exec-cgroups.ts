import { unifiedJoin } from '../../cgroup/cgroup-plan.ts';
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY, O_WRONLY } from '../../syscall/constants/fs.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { ExecPlan } from './exec-plan.ts';

/** The container's cgroups, opened while the host's tree is the root. */
export interface ExecCgroups {
  /** Cgroup v2: the folder to be born in. */
  readonly folder: Ref | undefined;
  /** Files that a process writes 0 to, to join: where it cannot be born, and where it was if it could. */
  readonly join: readonly { readonly file: Ref; readonly in: 'v1' | 'unified' }[];
  readonly all: readonly Ref[];
}

/** Opens the cgroups of a running container (cgroups(7)). */
export function openExecCgroups(
  p: ProgramBuilder,
  { join, unified }: ExecPlan['cgroup'],
): ExecCgroups {
  const open = (path: string, flags: Parameters<ProgramBuilder['call']>[2][number]): Ref =>
    p.call(`open the cgroup ${path}`, 'openat', [AT_FDCWD, p.string(path), flags, 0]);
  const folder = unified === undefined ? undefined : open(unified, O_DIRECTORY.or(O_CLOEXEC));
  const own = unified === undefined ? '' : unifiedJoin(unified);
  const files = join.map((path) => ({
    file: open(path, O_WRONLY | O_CLOEXEC),
    in: path === own ? ('unified' as const) : ('v1' as const),
  }));
  const fds = files.map(({ file }) => file);
  return { folder, join: files, all: folder ? [folder, ...fds] : fds };
}

/** The process moves itself, unless it was born there: moving another waits for an RCU grace period. */
export function joinExecCgroups(p: ProgramBuilder, cgroups: ExecCgroups, inUnified: Ref): void {
  for (const { file, in: hierarchy } of cgroups.join) {
    const joined = p.label();
    if (hierarchy === 'unified') p.jumpIf('ne', inUnified, 0, joined);
    p.call('join a cgroup', 'write', [file, p.string('0'), 1]);
    p.place(joined);
  }
  for (const fd of cgroups.all) p.call('close a cgroup', 'close', [fd]);
}

import { type CgroupPlan, unifiedJoin } from '../../cgroup/cgroup-plan.ts';
import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from '../../syscall/constants/fs.ts';
import { MSG_DONTWAIT } from '../../syscall/constants/io.ts';
import { decimal } from '../../syscall/decimal.ts';
import { failureSize } from '../../syscall/layout.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { StartPlan } from '../start-plan.ts';
import type { SyncChannel } from '../channels/sync-channel.ts';

/**
 * Whether the container's first process moves itself into its cgroups. With cgroup v1 that is quick: a thread that
 * writes 0 to a `tasks` file needs no system-wide lock (Linux 5.4), while moving another process waits for an RCU grace
 * period, some 10 ms on an idle host. In a user namespace it may not, and in another's mount namespace it may not find
 * them: there the monitor does it.
 */
export function joinsItself({
  cgroup: { join, unified },
  namespaces: { user, mount },
}: StartPlan): boolean {
  if (user !== 'host' || mount === 'joined') return false;
  return unified === undefined || join.some((file) => file !== unifiedJoin(unified));
}

/** The container's process moves itself; not to where it was born. */
export function joinOwnCgroups(p: ProgramBuilder, { cgroup }: StartPlan, inUnified: Ref): void {
  for (const file of cgroup.join) {
    unlessBornThere(p, { cgroup, file, inUnified }, () => {
      p.write(`join the cgroup ${file}`, file, '0');
    });
  }
}

/** Adds the steps that enter a cgroup, unless that is the folder of cgroup v2 in which the process was born. */
function unlessBornThere(
  p: ProgramBuilder,
  {
    cgroup: { unified },
    file,
    inUnified,
  }: {
    readonly cgroup: Pick<CgroupPlan, 'unified'>;
    readonly file: string;
    readonly inUnified: Ref;
  },
  steps: () => void,
): void {
  if (unified === undefined || file !== unifiedJoin(unified)) {
    steps();
    return;
  }
  const bornThere = p.label();
  p.jumpIf('ne', inUnified, 0, bornThere);
  steps();
  p.place(bornThere);
}

/** What the monitor holds when it moves the container's process. */
export interface Joining {
  readonly child: Ref;
  /** Not 0 when it was born in its folder of cgroup v2. */
  readonly inUnified: Ref;
  readonly plan: StartPlan;
  readonly sync: SyncChannel;
  /** Adds the steps that pass on what the container said last, and end the monitor. */
  readonly passFailureOn: (failure: { readonly buffer: Address; readonly length: Ref }) => void;
}

/** The monitor moves the container's process. When that fails because it has ended, what it said is passed on. */
export function joinCgroups(
  p: ProgramBuilder,
  { child, inUnified, plan, sync, passFailureOn }: Joining,
): void {
  if (plan.cgroup.join.length === 0) return;
  const { start, length } = decimal(p, child);
  const [failed, silent, joined] = [p.label(), p.label(), p.label()];
  const error = p.value(p.reserve(8));
  for (const file of plan.cgroup.join) {
    unlessBornThere(p, { cgroup: plan.cgroup, file, inUnified }, () => {
      const label = `join the cgroup ${file}`;
      const fd = p.call(label, 'openat', [AT_FDCWD, p.string(file), O_WRONLY | O_CLOEXEC, 0]);
      p.set(error, p.call(label, 'write', [fd, start, length], { onError: 'ignore' }));
      p.jumpIf('lt', error, 0, failed);
      p.call(label, 'close', [fd]);
    });
  }
  p.jump(joined);

  p.place(failed);
  const buffer = p.reserve(failureSize);
  const args = [sync.parent, buffer, failureSize, MSG_DONTWAIT, 0, 0];
  const again = p.label();
  p.place(again);
  const said = p.call('hear from the container', 'recvfrom', args, { onError: 'ignore' });
  // As `hear` has it.
  p.jumpIf('eq', said, -errnoNumber('ECONNRESET'), again);
  p.jumpIf('lt', said, 0, silent);
  passFailureOn({ buffer, length: said });
  p.place(silent);
  p.fail('join the cgroups', p.compute('sub', 0, error));
  p.place(joined);
}

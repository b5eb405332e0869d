import { CLONE_INTO_CGROUP, CLONE_PARENT } from '../../syscall/constants/clone.ts';
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY } from '../../syscall/constants/fs.ts';
import { SIGCHLD } from '../../syscall/constants/process.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { StartPlan } from '../start-plan.ts';

/** The container's first process, as both of the two that come out of a fork see it. */
export interface ForkedContainer {
  /** Its process id; 0 in itself. */
  readonly child: Ref;
  /** Not 0 when it was born in its folder of cgroup v2. */
  readonly inUnified: Ref;
}

/** struct clone_args of clone3(2), up to and with what Linux 5.7 knows of it. */
const cloneArgs = { size: 88, flags: 0, exitSignal: 32, cgroup: 80 } as const;

/** Where a process is to be born. */
export interface Birth {
  /** Of the step, in errors. */
  readonly label: string;
  /** Of clone(2). */
  readonly flags: number;
  /** The folder of its cgroup v2, open; it stays so, in both processes. */
  readonly folder: Ref | undefined;
}

/** Forks the container from the process that runs this, in its new namespaces and its cgroup. */
export function forkHere(
  p: ProgramBuilder,
  plan: StartPlan,
  {
    flags,
  }: {
    /** Of clone(2), besides those of the namespaces. */
    readonly flags: number;
  },
): ForkedContainer {
  const { unified } = plan.cgroup;
  const folder = unified === undefined ? undefined : openFolder(p, unified);
  const all = plan.namespaces.cloneFlags | flags;
  const forked = forkInto(p, { label: 'fork the container', flags: all, folder });
  if (folder) p.call('close the cgroup', 'close', [folder]);
  return forked;
}

/**
 * Forks a process: with cgroup v2 right into its cgroup where the kernel can do that (Linux 5.7). Moving it there
 * afterwards waits for an RCU grace period, which on an idle host takes longer than all the rest of a start: 8 to 12 ms
 * on Linux 6.18 with two CPUs, against 0.5.
 */
export function forkInto(p: ProgramBuilder, { label, flags, folder }: Birth): ForkedContainer {
  const [child, inUnified] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
  const forked = p.label();
  // A sibling has the signal of the process that forks it (clone(2), CLONE_PARENT); clone3 wants none to be named then.
  const exitSignal = flags & CLONE_PARENT ? 0 : SIGCHLD;
  if (folder) {
    const plain = p.label();
    const args = p.bytes(new Uint8Array(cloneArgs.size));
    // The sum, since JavaScript's bit operators know 32 bits only.
    p.set(args.at(cloneArgs.flags), flags + CLONE_INTO_CGROUP);
    p.set(args.at(cloneArgs.exitSignal), exitSignal);
    p.set(args.at(cloneArgs.cgroup), folder);
    p.set(inUnified, 1);
    const into = `${label} into its cgroup`;
    p.set(child, p.call(into, 'clone3', [args, cloneArgs.size], { onError: plain }));
    p.jump(forked);

    // An older kernel, or a seccomp filter around berth; whatever else was wrong comes up again and is reported.
    p.place(plain);
    p.set(inUnified, 0);
  }
  p.set(child, p.call(label, 'clone', [flags | SIGCHLD, 0, 0, 0, 0]));
  p.place(forked);
  return { child, inUnified };
}

function openFolder(p: ProgramBuilder, folder: string): Ref {
  const flags = O_DIRECTORY.or(O_CLOEXEC);
  return p.call(`open the cgroup ${folder}`, 'openat', [AT_FDCWD, p.string(folder), flags, 0]);
}

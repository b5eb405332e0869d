import type { NamespaceType } from '../../spec/linux.ts';
import { O_CLOEXEC, O_DIRECTORY, O_NOFOLLOW, O_RDONLY } from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { openHostProc } from '../namespaces/host-proc-file.ts';
import { namespaceFlags } from '../namespaces/namespaces.ts';
import type { ExecTarget } from './exec-plan.ts';

/** Labels of steps that fail when the container has ended begin with this. */
export const joinLabel = 'join the container';

/** Names below /proc/PID/ns. */
const files: Readonly<Record<NamespaceType, string>> = {
  pid: 'pid',
  network: 'net',
  mount: 'mnt',
  ipc: 'ipc',
  uts: 'uts',
  user: 'user',
  cgroup: 'cgroup',
  time: 'time',
};

/**
 * The order in which namespaces are entered: that of the mounts after those that need no files, and the user namespace
 * last, because all that was before needs the capabilities of the host's.
 */
const order: readonly NamespaceType[] = [
  'cgroup',
  'ipc',
  'uts',
  'network',
  'time',
  'pid',
  'mount',
  'user',
];

/** More than a line of proc_pid_stat(5) can have. */
const statSize = 1024;
const fieldsBetween = 20;

/**
 * Opens the folder of a container's first process in /proc, and makes sure that it is that process. The folder belongs
 * to the process, not to its number: when it ends, nothing in the folder can be opened any more.
 */
export function openTarget(p: ProgramBuilder, { pid, startTime }: ExecTarget): Ref {
  const label = `${joinLabel} of process ${pid}`;
  const proc = openHostProc(p, '/proc', label);
  const flags = O_DIRECTORY.or(O_NOFOLLOW).or(O_CLOEXEC);
  const folder = p.call(label, 'openat', [proc, p.string(String(pid)), flags, 0]);
  p.call(label, 'close', [proc]);
  const buffer = p.reserve(statSize);
  const stat = p.call(label, 'openat', [folder, p.string('stat'), O_RDONLY | O_CLOEXEC, 0]);
  const length = p.call(label, 'read', [stat, buffer, statSize]);
  p.call(label, 'close', [stat]);

  const cursor = p.value(p.reserve(8));
  const [back, forth, other, same] = [p.label(), p.label(), p.label(), p.label()];
  // The name of the program, in parentheses, can have any byte in it, but what follows are numbers.
  p.set(cursor, p.compute('add', buffer, length));
  p.place(back);
  p.set(cursor, p.compute('sub', cursor, 1));
  p.jumpIf('lt', cursor, buffer, other);
  p.jumpIf('ne', p.load(8, cursor), ')'.charCodeAt(0), back);
  const spaces = p.value(p.reserve(8));
  p.set(spaces, 0);
  p.place(forth);
  p.set(cursor, p.compute('add', cursor, 1));
  p.jumpIf('ne', p.load(8, cursor), ' '.charCodeAt(0), forth);
  p.set(spaces, p.compute('add', spaces, 1));
  p.jumpIf('lt', spaces, fieldsBetween, forth);
  for (const digit of `${startTime} `) {
    p.set(cursor, p.compute('add', cursor, 1));
    p.jumpIf('ne', p.load(8, cursor), digit.charCodeAt(0), other);
  }
  p.jump(same);
  p.place(other);
  p.fail(`${label}: it is another by now`, errnoNumber('ESRCH'));
  p.place(same);
  return folder;
}

/** Enters the container's namespaces; what is forked from then on is in its pid and time namespaces too (setns(2)). */
export function joinTarget(
  p: ProgramBuilder,
  target: Ref,
  namespaces: readonly NamespaceType[],
): void {
  for (const type of order.filter((each) => namespaces.includes(each))) {
    const label = `${joinLabel}'s ${type} namespace`;
    const path = p.string(`ns/${files[type]}`);
    const fd = p.call(label, 'openat', [target, path, O_RDONLY | O_CLOEXEC, 0]);
    enter(p, { fd, type, label });
    p.call(label, 'close', [fd]);
  }
  p.call('let go of the process', 'close', [target]);
}

function enter(
  p: ProgramBuilder,
  { fd, type, label }: { readonly fd: Ref; readonly type: NamespaceType; readonly label: string },
): void {
  const done = p.label();
  const result = p.call(label, 'setns', [fd, namespaceFlags[type]], { onError: 'ignore' });
  p.jumpIf('ge', result, 0, done);
  // The container shares berth's own, and the kernel lets nobody enter the user namespace that it is in already.
  if (type === 'user') p.jumpIf('eq', result, -errnoNumber('EINVAL'), done);
  p.fail(label, p.compute('sub', 0, result));
  p.place(done);
}

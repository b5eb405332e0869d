import {
  AT_FDCWD,
  O_CLOEXEC,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDONLY,
  STATFS_SIZE,
} from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { type JoinedNamespace, namespaceFlags } from './namespaces.ts';

/** What statfs(2) says of a namespace's file (include/uapi/linux/magic.h). */
const NSFS_MAGIC = 0x6e736673;

/** ioctl_ns(2), Linux 4.11: the flag of clone(2) that makes such a namespace. */
const NS_GET_NSTYPE = 0xb703;

/** A namespace whose file is open. */
interface OpenNamespace {
  readonly namespace: JoinedNamespace;
  readonly fd: Ref;
}

/**
 * Joins the namespaces that the config names by path. All are opened first, since their paths are meant where the runtime
 * is (config-linux.md, "Namespaces"); the mount namespace comes last but for the user namespace, after which the rights
 * are those of the container.
 *
 * What berth itself may not join it may as a member of the joined user namespace: each is tried before and after.
 */
export function joinNamespaces(p: ProgramBuilder, join: readonly JoinedNamespace[]): void {
  const opened = join.map((namespace) => ({ namespace, fd: openNamespace(p, namespace) }));
  const user = opened.find(({ namespace }) => namespace.type === 'user');
  const others = [
    ...opened.filter(({ namespace }) => namespace.type !== 'user' && namespace.type !== 'mount'),
    ...opened.filter(({ namespace }) => namespace.type === 'mount'),
  ];
  const before = user ? others.map((one) => ({ ...one, result: enter(p, one, 'ignore') })) : [];
  if (user) enter(p, user, 'fail');
  else for (const one of others) enter(p, one, 'fail');
  for (const { result, ...one } of before) {
    const entered = p.label();
    p.jumpIf('eq', result, 0, entered);
    enter(p, one, 'fail');
    p.place(entered);
  }
  for (const { fd } of opened) p.call('close a joined namespace', 'close', [fd]);
}

/** Opens the file of a namespace, and makes sure that it is one, and of the type that the config says. */
function openNamespace(p: ProgramBuilder, { type, path, field }: JoinedNamespace): Ref {
  const label = `${field} "${path}"`;
  // Something else than a namespace may wait for a writer, or become the controlling terminal.
  const flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const fd = p.call(label, 'openat', [AT_FDCWD, p.string(path), flags, 0]);
  const [isNamespace, ofType] = [p.label(), p.label()];
  const buffer = p.reserve(STATFS_SIZE);
  p.call(label, 'fstatfs', [fd, buffer]);
  p.jumpIf('eq', p.value(buffer), NSFS_MAGIC, isNamespace);
  p.fail(`${label} is not a namespace`, errnoNumber('EINVAL'));
  p.place(isNamespace);
  // An older kernel leaves it to setns(2), which looks at the type too.
  const found = p.call(label, 'ioctl', [fd, NS_GET_NSTYPE, 0], { onError: ofType });
  p.jumpIf('eq', found, namespaceFlags[type], ofType);
  p.fail(`${label} is not a "${type}" namespace`, errnoNumber('EINVAL'));
  p.place(ofType);
  return fd;
}

function enter(
  p: ProgramBuilder,
  { namespace: { type, path, field }, fd }: OpenNamespace,
  onError: 'fail' | 'ignore',
): Ref {
  const label = `${field} "${path}" cannot be joined`;
  return p.call(label, 'setns', [fd, namespaceFlags[type]], { onError });
}

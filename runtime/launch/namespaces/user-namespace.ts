import type { User } from '../../spec/process.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/**
 * Takes on an id of the user namespace that the process is in: its root, or, where nobody is, the container's user. It
 * has all capabilities there in either case, until it executes a program (user_namespaces(7)).
 */
export function becomeRootOfNamespace(p: ProgramBuilder, { uid, gid }: User): void {
  takeId(p, { call: 'setresgid', id: gid, field: 'process.user.gid' });
  takeId(p, { call: 'setresuid', id: uid, field: 'process.user.uid' });
}

function takeId(
  p: ProgramBuilder,
  { call, id, field }: { readonly call: string; readonly id: number; readonly field: string },
): void {
  const [asUser, done] = [p.label(), p.label()];
  p.call('become root of the user namespace', call, [0, 0, 0], { onError: asUser });
  p.jump(done);
  p.place(asUser);
  p.call(`${field} ${id} is not mapped in the user namespace`, call, [id, id, id]);
  p.place(done);
}

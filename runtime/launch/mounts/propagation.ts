import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** Changes the propagation of a mount, one call for each change (mount_namespaces(7)). */
export function setPropagation(
  p: ProgramBuilder,
  path: string,
  { flags, label }: { readonly flags: readonly number[]; readonly label: string },
): void {
  for (const flag of flags) {
    p.call(`set the propagation of ${label}`, 'mount', [0, p.string(path), 0, flag, 0]);
  }
}

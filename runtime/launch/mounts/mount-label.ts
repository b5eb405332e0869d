import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** File systems of the kernel's own, whose files the policy labels by themselves. */
const labelled = new Set(['proc', 'sysfs']);

/**
 * Options of a mount with the SELinux context of all its files among them (mount(8), "context"). Quotes keep the commas of
 * the context together.
 *
 * @param label `linux.mountLabel`; absent or empty: the options as they are.
 */
export function labelledData(data: string, label = ''): string {
  if (label === '') return data;
  const context = `context="${label}"`;
  return data === '' ? context : `${data},${context}`;
}

/** How a file system gets its label: by an option, by an attribute of its root (mqueue takes no options), or not at all. */
export function labelKind(type: string): 'option' | 'attribute' | 'none' {
  if (type === 'mqueue') return 'attribute';
  return labelled.has(type) ? 'none' : 'option';
}

/** Labels the root of what has just been mounted (setxattr(2)). */
export function labelRoot(p: ProgramBuilder, destination: string, label: string): void {
  const value = Buffer.from(`${label}\0`);
  p.call(`set linux.mountLabel on ${destination}`, 'lsetxattr', [
    p.string(destination),
    p.string('security.selinux'),
    p.bytes(value),
    value.length,
    0,
  ]);
}

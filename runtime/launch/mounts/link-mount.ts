import type { Mount } from '../../spec/mount.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { Destinations } from './destinations.ts';
import { destinationDescriptor } from './host-descriptors.ts';

/**
 * Makes a link as the source's in the container, where the option `copy-symlink` asks for it (crun(1)); one that is there
 * already must say the same.
 */
export function makeLink(
  p: ProgramBuilder,
  { destination }: Mount,
  { destinations, target }: { readonly destinations: Destinations; readonly target: string },
): void {
  const label = `link ${destination} to ${target}`;
  const name = p.string(destinations.openFolderOf(destination));
  const [done, compare, exists, differs, again] = [
    p.label(),
    p.label(),
    p.label(),
    p.label(),
    p.label(),
  ];
  const args = [p.string(target), destinationDescriptor, name];
  const made = p.call(label, 'symlinkat', args, { onError: compare });
  p.jump(done);
  p.place(compare);
  p.jumpIf('eq', made, -errnoNumber('EEXIST'), exists);
  p.fail(label, p.compute('sub', 0, made));

  p.place(exists);
  const size = Buffer.byteLength(target);
  const text = p.reserve(size + 1);
  const read = p.call(label, 'readlinkat', [destinationDescriptor, name, text, size + 1]);
  p.jumpIf('ne', read, size, differs);
  const at = p.value(p.reserve(8));
  p.set(at, 0);
  p.place(again);
  const letter = p.load(8, p.compute('add', text, at));
  p.jumpIf('ne', letter, p.load(8, p.compute('add', p.string(target), at)), differs);
  p.set(at, p.compute('add', at, 1));
  p.jumpIf('lt', at, size, again);
  p.jump(done);
  p.place(differs);
  p.fail(label, errnoNumber('EEXIST'));
  p.place(done);
}

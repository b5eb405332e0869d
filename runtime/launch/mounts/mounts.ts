import type { Mount } from '../../spec/mount.ts';
import { MS_REMOUNT } from '../../syscall/constants/mount.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { bindMount, type BindSource } from './bind-mount.ts';
import type { Destinations } from './destinations.ts';
import { mountFileSystem } from './file-system-mount.ts';
import { descriptorPath, destinationDescriptor } from './host-descriptors.ts';
import { makeLink } from './link-mount.ts';
import { type ParsedMountOptions, parseMountOptions } from './mount-options.ts';
import { setPropagation } from './propagation.ts';

/** Whether a mount is a bind mount, by its options or its type. One that only changes a mount is none. */
export function isBind({ type, options }: Mount): boolean {
  if (options.includes('remount')) return false;
  return type === 'bind' || options.includes('bind') || options.includes('rbind');
}

/** What a mount needs besides what it says itself. */
export interface MountContext {
  readonly destinations: Destinations;
  /** Of a bind mount. */
  readonly source: BindSource | undefined;
  /** `linux.mountLabel`, for file systems; what is bound keeps the labels that it has. */
  readonly label: string | undefined;
}

/** Mounts one file system or bind mount of the config. The current folder is the host's root (`enterRoot`). */
export function addMount(p: ProgramBuilder, mount: Mount, context: MountContext): void {
  const options = parseMountOptions(mount.options);
  const { source, destinations } = context;
  if (options.flags & MS_REMOUNT) changeMount(p, mount, { options, context });
  else if (!source) mountFileSystem(p, mount, { ...context, options });
  else if (source.from === 'link') makeLink(p, mount, { destinations, target: source.target });
  else bindMount(p, mount, { destinations, options, source });
}

/** `remount`: changes what is mounted at the destination already. */
function changeMount(
  p: ProgramBuilder,
  mount: Mount,
  { options, context }: { readonly options: ParsedMountOptions; readonly context: MountContext },
): void {
  const { destination, source, type } = mount;
  context.destinations.open(destination);
  const path = descriptorPath(destinationDescriptor);
  p.call(`remount ${destination}`, 'mount', [
    source === undefined ? 0 : p.string(source),
    p.string(path),
    type === undefined ? 0 : p.string(type),
    options.flags,
    options.data === '' ? 0 : p.string(options.data),
  ]);
  setPropagation(p, path, { flags: options.propagation, label: destination });
}

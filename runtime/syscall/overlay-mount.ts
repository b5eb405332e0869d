import { AT_FDCWD, AT_REMOVEDIR } from './constants/fs.ts';
import { MNT_DETACH, MS_RDONLY } from './constants/mount.ts';
import { overlayUsesUserAttributes } from './overlay-attributes.ts';
import type { Value } from './program.ts';
import type { ProgramBuilder } from './program-builder.ts';

/** An overlay to mount (Documentation/filesystems/overlayfs.rst, Linux 6.18). All paths are absolute. */
export interface Overlay {
  /** Topmost first; at most `maxOverlayLayers`. Without `writable` at least two. */
  readonly lower: readonly string[];
  /** Folders for changes; without them the mount is read-only. */
  readonly writable?: WritableFolders | undefined;
  /** Further mount options, such as `metacopy=off`. */
  readonly options?: readonly string[];
}

interface WritableFolders {
  readonly upper: string;
  readonly work: string;
  /** `volatile`: nothing is synced, neither by a program (fsync(2)) nor at the end of the mount. Linux 5.10; `kept` when absent. */
  readonly changes?: 'kept' | 'volatile' | undefined;
}

/** As many lower layers as overlayfs takes (fs/overlayfs/params.h, OVL_MAX_STACK). */
export const maxOverlayLayers = 500;

/** mount(2) takes one page of options, and cuts off what is longer without a word. */
const optionBytes = 4096;

/**
 * Mounts an overlay on `target`, a folder, in the mount namespace of the program: one step as long as the options fit into
 * their page, which is some 40 layers.
 *
 * More layers get short names: symbolic links in a tmpfs that exists only while the program mounts. It is detached from
 * `target` before the overlay takes its place, and goes when the current folder, which is changed to `/`, leaves it. Of
 * the other ways, `lowerdir+` of fsconfig(2) needs Linux 6.5, and links on the disk (Docker's `l/`) have to be kept in
 * step with the layers and still end at 128.
 */
export function mountOverlay(p: ProgramBuilder, overlay: Overlay, target: string): void {
  const data = optionsOf(overlay);
  if (Buffer.byteLength(data) < optionBytes) {
    mount(p, { overlay, data, target: p.string(target) });
    return;
  }
  const label = 'make short names for the layers';
  const tmpfs = p.string('tmpfs');
  p.call(label, 'mount', [tmpfs, p.string(target), tmpfs, 0, p.string('size=4m,mode=700')]);
  p.call(label, 'chdir', [p.string(target)]);
  p.call(label, 'umount2', [p.string('.'), MNT_DETACH]);
  const shorten = (path: string, name: string): string => {
    p.call(`${label}: ${path}`, 'symlinkat', [p.string(path), AT_FDCWD, p.string(name)]);
    return name;
  };
  const short: Overlay = {
    ...overlay,
    lower: overlay.lower.map((path, i) => shorten(path, i.toString(36))),
    writable: overlay.writable && {
      ...overlay.writable,
      // Capital letters: no number of a layer has them.
      upper: shorten(overlay.writable.upper, 'U'),
      work: shorten(overlay.writable.work, 'W'),
    },
  };
  mount(p, { overlay: short, data: optionsOf(short), target: p.string(target) });
  p.call('leave the short names', 'chdir', [p.string('/')]);
}

interface MountStep {
  readonly overlay: Overlay;
  readonly data: string;
  readonly target: Value;
}

function mount(p: ProgramBuilder, { overlay, data, target }: MountStep): void {
  const flags = overlay.writable === undefined ? MS_RDONLY : 0;
  if (overlay.writable?.changes === 'volatile') forgetVolatileMount(p, overlay.writable.work);
  const type = p.string('overlay');
  p.call('mount the overlay root', 'mount', [type, target, type, flags, p.string(data)]);
}

/**
 * overlayfs leaves a mark in the work folder of a volatile mount, and refuses it from then on: the machine might have crashed
 * meanwhile. Whoever mounts it again has to know better and to take the mark away (overlayfs.rst, "Volatile mount").
 */
function forgetVolatileMount(p: ProgramBuilder, work: string): void {
  const folder = `${work}/work/incompat`;
  const marks = [
    { path: `${folder}/volatile/dirty`, flags: 0 },
    { path: `${folder}/volatile`, flags: AT_REMOVEDIR },
    { path: folder, flags: AT_REMOVEDIR },
  ];
  for (const { path, flags } of marks) {
    const args = [AT_FDCWD, p.string(path), flags];
    p.call('forget the volatile mount before', 'unlinkat', args, { onError: 'ignore' });
  }
}

function optionsOf({ lower, writable, options = [] }: Overlay): string {
  return [
    `lowerdir=${lower.map(escapeOption).join(':')}`,
    ...(writable === undefined
      ? []
      : [`upperdir=${escapeOption(writable.upper)}`, `workdir=${escapeOption(writable.work)}`]),
    ...(writable?.changes === 'volatile' ? ['volatile'] : []),
    ...(overlayUsesUserAttributes() ? ['userxattr'] : []),
    ...options,
  ].join(',');
}

/** Overlayfs splits at commas and colons; a backslash takes that meaning away. */
function escapeOption(path: string): string {
  return path.replace(/[\\,:]/g, '\\$&');
}

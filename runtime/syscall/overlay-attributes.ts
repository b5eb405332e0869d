import { inUserNamespace } from '../host/user-namespace.ts';

/**
 * Overlayfs's own bookkeeping in extended attributes (Documentation/filesystems/overlayfs.rst, Linux 6.18). Root of a
 * user namespace cannot set trusted ones: there the mount option `userxattr` (Linux 5.11) has them as the user's.
 */
export type OverlayAttribute = 'opaque' | 'whiteout' | 'metacopy' | 'redirect';

/** How attributes of either kind begin: from an archive or for one they are not taken over. */
const prefixes = ['trusted.overlay.', 'user.overlay.'] as const;

/** Whether overlays are mounted with attributes of the user's. */
export function overlayUsesUserAttributes(): boolean {
  return inUserNamespace();
}

/** The name of an attribute on this host. */
export function overlayAttribute(name: OverlayAttribute): string {
  return `${prefixes[overlayUsesUserAttributes() ? 1 : 0]}${name}`;
}

/** Whether a name is one of overlayfs's own. */
export function isOverlayAttribute(name: string): boolean {
  return prefixes.some((prefix) => name.startsWith(prefix));
}

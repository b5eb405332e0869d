/**
 * A container's root file system, to be mounted inside its own mount namespace.
 *
 * `overlay`: the kernel's Documentation/filesystems/overlayfs.rst; `lower` is ordered topmost first, as the mount
 * option `lowerdir` wants it. All paths are absolute.
 */
export type RootfsMount =
  | {
      readonly type: 'overlay';
      readonly lower: readonly string[];
      readonly upper: string;
      readonly work: string;
    }
  | { readonly type: 'bind'; readonly path: string };

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
      /**
       * Whose ids the files have on the disk: those of the host, or those that they have in the container, also in a user
       * namespace (`upper` and `work` are in one folder then). Absent: the host's.
       */
      readonly ids?: 'host' | 'container';
      /**
       * `volatile`: what the container changes is not wanted after a crash of the machine, and nothing of it is brought to the
       * disk (the mount option of that name, Linux 5.10; older kernels do so all the same). Absent: `kept`.
       */
      readonly changes?: 'kept' | 'volatile';
    }
  | { readonly type: 'bind'; readonly path: string };

import type { IdMapping } from '../../spec/id-mappings.ts';
import type { VolumeMountOptions } from './volume-options.ts';

/** What volumes ask of the operating system; `runtime/launch` does it. */
export interface VolumeFiles {
  /**
   * Copies what an image has at a path into the empty folder of a volume, with owners, modes, times and attributes of it and
   * all below. Links of the image do not lead out of it. Nothing happens where the image has no folder.
   * @param content `layers`: of the image, topmost first; `path`: absolute, in the image; `target`: on the host; `subpath`: relative,
   *   the folder below it that is meant, empty for itself. Nothing happens where there is none; no link leads out of `target`.
   * @throws SYSCALL_FAILED naming the step, as on a full disk
   */
  copyUp(content: {
    readonly layers: readonly string[];
    readonly path: string;
    readonly target: string;
    readonly subpath: string;
  }): Promise<void>;
  /**
   * Mounts layers on a folder of the host, to be read alone.
   * @param image `layers`: topmost first; `ids`: those that their files are to have on the host, absent: those of the disk
   * @throws SYSCALL_FAILED
   */
  mountLayers(image: {
    readonly layers: readonly string[];
    readonly target: string;
    readonly ids?: Readonly<Record<'uids' | 'gids', readonly IdMapping[]>> | undefined;
  }): Promise<void>;
  /** Brings what is in a folder of the host, with the rest of its file system, to the disk. @throws SYSCALL_FAILED */
  sync(target: string): Promise<void>;
  /** Mounts a file system on a folder of the host. @throws SYSCALL_FAILED */
  mount(options: VolumeMountOptions, target: string): Promise<void>;
  /** Takes away what is mounted on a folder, if anything is; who uses it goes on using it. @throws SYSCALL_FAILED */
  unmount(target: string): Promise<void>;
  /** Whether something is mounted on a folder. */
  isMounted(target: string): Promise<boolean>;
}

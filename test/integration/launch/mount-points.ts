import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** A line of a mountinfo file (proc_pid_mountinfo(5)). */
export interface MountPoint {
  readonly point: string;
  /** Of the mount itself, such as `ro` and `nosuid`. */
  readonly options: readonly string[];
  /** Propagation, such as `shared:3` and `master:1`. */
  readonly tags: readonly string[];
  readonly type: string;
  /** Of the file system. */
  readonly superOptions: readonly string[];
}

/** Reads a mountinfo file. */
export function parseMountinfo(text: string): readonly MountPoint[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [mount = '', fileSystem = ''] = line.split(' - ');
      const [, , , , point = '', options = '', ...tags] = mount.split(' ');
      const [type = '', , superOptions = ''] = fileSystem.split(' ');
      return {
        point,
        options: options.split(','),
        tags: tags.filter((tag) => tag !== ''),
        type,
        superOptions: superOptions.split(','),
      };
    });
}

/** The mount at a point, the topmost. */
export function mountAt(text: string, point: string): MountPoint {
  const found = parseMountinfo(text).findLast((mount) => mount.point === point);
  if (!found) throw new Error(`nothing is mounted on ${point}:\n${text}`);
  return found;
}

/** Mounts for the time of a test: a folder with tmpfs on it and another below that. `remove` unmounts them. */
export function mountTwo(
  folder: string,
  options = 'relatime',
): { readonly outer: string; readonly inner: string; readonly remove: () => void } {
  const [outer, inner] = [folder, `${folder}/inner`];
  mkdirSync(outer, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'outer', outer]);
  mkdirSync(inner);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'inner', inner]);
  return {
    outer,
    inner,
    remove: () => {
      execFileSync('umount', ['-R', outer]);
    },
  };
}

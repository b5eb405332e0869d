import { readFile } from '../../host/files.ts';

/** File systems of the host that a container must not come to when its root is only moved over the host's. */
const kernelFileSystems = new Set(['proc', 'sysfs']);

/** What is unmounted when the root is moved: the host's procfs and sysfs, the last first (proc_pid_mountinfo(5)). */
export async function planNoPivot(): Promise<{ readonly hidden: readonly string[] }> {
  return { hidden: hiddenMounts(await readFile('/proc/self/mountinfo', 'utf8')) };
}

/** The mount points of procfs and sysfs in a mountinfo file, the last first. */
export function hiddenMounts(mountinfo: string): readonly string[] {
  return mountinfo
    .split('\n')
    .flatMap((line) => {
      const [mount = '', fileSystem = ''] = line.split(' - ');
      const point = mount.split(' ')[4];
      const [type = ''] = fileSystem.split(' ');
      return point !== undefined && kernelFileSystems.has(type) ? [unescaped(point)] : [];
    })
    .toReversed();
}

/** Blanks and their like are written as three octal digits. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

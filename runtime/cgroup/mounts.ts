/** A mount of a cgroup file system. */
export interface CgroupMount {
  readonly type: 'cgroup' | 'cgroup2';
  /** Where it is mounted. */
  readonly folder: string;
  /** The folder of the hierarchy that is seen there. */
  readonly root: string;
  /** Options of the hierarchy; in v1 the names of its controllers are among them. */
  readonly options: readonly string[];
}

/** mountinfo writes space, tab, newline and backslash as octal numbers. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_match, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function parseLine(line: string): CgroupMount | undefined {
  const [before = '', after = ''] = line.split(' - ', 2);
  const [, , , root, folder] = before.split(' ');
  const [type, , options = ''] = after.split(' ');
  if (root === undefined || folder === undefined) return undefined;
  if (type !== 'cgroup' && type !== 'cgroup2') return undefined;
  return {
    type,
    folder: unescapeOctal(folder),
    root: unescapeOctal(root),
    options: options.split(','),
  };
}

/**
 * The cgroup mounts in the text of /proc/self/mountinfo (proc_pid_mountinfo(5)), the most usable first: those below
 * /sys/fs/cgroup before others, whole hierarchies before parts.
 */
export function parseCgroupMounts(mountinfo: string): readonly CgroupMount[] {
  const rank = ({ folder, root }: CgroupMount): number =>
    (folder.startsWith('/sys/fs/cgroup') ? 0 : 2) + (root === '/' ? 0 : 1);
  return mountinfo
    .split('\n')
    .map(parseLine)
    .filter((mount) => mount !== undefined)
    .sort((a, b) => rank(a) - rank(b));
}

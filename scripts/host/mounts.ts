import { readTextIfExists } from '../../runtime/host/files.ts';

/** A mount as this process sees it. */
export interface Mount {
  readonly point: string;
  /** File system type, such as `overlay` or `cgroup2`. */
  readonly type: string;
}

/** All mounts of this process's namespace (proc_pid_mountinfo(5): field 5, and what follows the lone hyphen). */
export async function listMounts(): Promise<readonly Mount[]> {
  const text = (await readTextIfExists('/proc/self/mountinfo')) ?? '';
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const point = before.split(' ')[4];
    const type = after.split(' ')[0];
    return point === undefined || type === undefined ? [] : [{ point: unescapeOctal(point), type }];
  });
}

/** Mount points at or below `folder`. A recursive removal must never cross one. */
export async function mountsBelow(folder: string): Promise<readonly string[]> {
  return (await listMounts())
    .map(({ point }) => point)
    .filter((point) => point === folder || point.startsWith(`${folder}/`));
}

/** The kernel writes blanks and backslashes in paths as octal numbers. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_match, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

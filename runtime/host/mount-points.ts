import { readFile } from './files.ts';

/** A path of mountinfo: blanks and the like are written as three octal digits (proc_pid_mountinfo(5)). */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** A mount, as far as anybody asks. */
export interface MountPoint {
  readonly path: string;
  /** Which others get what is mounted below it, or give it: `shared:1`, `master:1` (mount_namespaces(7)). */
  readonly peers: readonly string[];
}

/** What is mounted, as this process sees it; of several at one path the last is on top. */
export async function readMounts(): Promise<readonly MountPoint[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).trimEnd().split('\n');
  return lines.map((line) => {
    const [, , , , path = '', , ...rest] = line.split(' ');
    return { path: unescape(path), peers: rest.slice(0, rest.indexOf('-')) };
  });
}

/** Where something is mounted, as this process sees it. */
export async function readMountPoints(): Promise<readonly string[]> {
  return (await readMounts()).map(({ path }) => path);
}

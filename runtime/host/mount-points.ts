import { readFile } from './files.ts';

/** A path of mountinfo: blanks and the like are written as three octal digits (proc_pid_mountinfo(5)). */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** Where something is mounted, as this process sees it. */
export async function readMountPoints(): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.map((line) => unescape(line.split(' ', 5)[4] ?? ''));
}

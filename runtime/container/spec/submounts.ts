import { readFile } from '../../host/files.ts';

/** A path of mountinfo: blanks and the like are written as three octal digits (proc_pid_mountinfo(5)). */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/** Reads where something is mounted; the result tells whether that is so anywhere below a path. */
export async function readSubmounts(): Promise<(path: string) => boolean> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  const places = lines.map((line) => unescape(line.split(' ', 5)[4] ?? ''));
  return (path) => {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    return places.some((place) => place.startsWith(prefix));
  };
}

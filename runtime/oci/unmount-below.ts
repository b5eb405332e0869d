import { readFile } from '../host/files.ts';

/** Characters that mountinfo writes as octal numbers: proc_pid_mountinfo(5). */
const escapes = /\\([0-7]{3})/g;

/** Mount points at and below a folder, the last mounted first. */
export function mountPointsBelow(mountinfo: string, folder: string): readonly string[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((path) =>
      path.replace(escapes, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .reverse();
}

/** Detaches every mount at or below a folder, so that what is removed there is the folder's own. */
export async function unmountBelow(folder: string): Promise<void> {
  const points = mountPointsBelow(await readFile('/proc/self/mountinfo', 'utf8'), folder);
  if (points.length === 0) return;
  const { detach } = await import('./detach-mounts.ts');
  await detach(points);
}

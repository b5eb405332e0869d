import { posix } from 'node:path';

/** One end of a copy. Paths are one character a byte (latin1), as file names of Linux are bytes. */
export interface CopyEnd {
  /** A container's name; `undefined`: this host. */
  readonly container: string | undefined;
  readonly path: string;
}

/** Text of the command line as a path. */
export function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** A path as people and the API read it. */
export function shown(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/**
 * Takes `container:path` apart. A path of this host that has a colon is written with a slash or a dot in front, as for
 * scp(1).
 */
export function parseEnd(text: string): CopyEnd {
  const colon = text.indexOf(':');
  if (colon <= 0 || text.startsWith('/') || text.startsWith('.'))
    return { container: undefined, path: bytesOf(text) };
  return { container: text.slice(0, colon), path: bytesOf(text.slice(colon + 1)) };
}

/** Whether a path says that a folder is meant: it ends with `/` or `/.`. */
export function meansFolder(path: string): boolean {
  return path.endsWith('/') || meansContent(path);
}

/** Whether a path says that what is in a folder is meant: it ends with `.`. */
export function meansContent(path: string): boolean {
  return posix.basename(path) === '.';
}

/** A simplified path with the `/` or `/.` at its end that the path had before. */
export function withEndOf(path: string, before: string): string {
  if (meansContent(before)) return meansContent(path) ? path : posix.join(path, '/') + '.';
  return before.endsWith('/') && !path.endsWith('/') ? `${path}/` : path;
}

/** A path of this host, absolute and simple but for its end. */
export function absoluteHostPath(path: string, workingDirectory: string): string {
  return withEndOf(posix.resolve(bytesOf(workingDirectory), path), path);
}

/** The folder that a path is in, and its name there; `.` for what is in a folder. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const clean = posix.join(path, '.').replace(/(.)\/+$/, '$1');
  if (meansContent(path)) return { folder: clean, name: '.' };
  return { folder: posix.dirname(clean), name: posix.basename(clean) || '/' };
}

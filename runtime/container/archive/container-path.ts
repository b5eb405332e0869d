import { posix } from 'node:path';

import { BerthError } from '../../errors/berth-error.ts';
import type { TreeReader } from '../../syscall/tree/tree-reader.ts';

/** A path in a container as the kernel has it: one character a byte (latin1). */
export function kernelPath(path: string): string {
  return Buffer.from(path, 'utf8').toString('latin1');
}

/**
 * A path made absolute and simple, but for its end: `/.` and `/` say that what a link leads to is meant, as with cp(1).
 */
export function absolutePath(path: string): string {
  const clean = posix.join('/', path).replace(/(.)\/+$/, '$1');
  if (posix.basename(path) === '.' && clean !== '/.') return clean === '/' ? '/.' : `${clean}/.`;
  return path.endsWith('/') && !clean.endsWith('/') ? `${clean}/` : clean;
}

/** As many links as Linux follows in a path (path_resolution(7)). */
const maxLinks = 40;

/**
 * Where a path leads when all links are followed within the root, as far as there is something: what is missing is taken
 * as it is. For what is told and compared; whoever opens it has the kernel look at it once more.
 *
 * @throws CONTAINER_PATH_INVALID for too many links
 */
export async function followLinks(
  reader: Pick<TreeReader, 'describe'>,
  path: string,
): Promise<string> {
  const todo = partsOf(path).reverse();
  let at = '/';
  let links = 0;
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    const next = posix.join(at, part);
    const [entry] = part === '..' ? [] : await reader.describe([next]);
    if (entry?.type !== 'symlink') {
      at = next;
      continue;
    }
    links += 1;
    if (links > maxLinks) throw tooManyLinks(path);
    if (entry.linkTarget.startsWith('/')) at = '/';
    todo.push(...partsOf(entry.linkTarget).reverse());
  }
  return at;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function tooManyLinks(path: string): BerthError {
  const shown = Buffer.from(path, 'latin1').toString();
  return new BerthError('CONTAINER_PATH_INVALID', {
    message: `too many links in ${shown}`,
    remedy: 'Name another path.',
    details: { path: shown },
  });
}

/** Of a path that ends as that of a folder does, where there is something else. */
export function pathNoFolder(path: string): BerthError {
  return new BerthError('CONTAINER_PATH_INVALID', {
    message: `${path}: not a directory`,
    remedy: 'Leave the "/" at the end out.',
    details: { path },
  });
}

/** @param shown the container as the client named it */
export function pathNotFound(path: string, shown: string): BerthError {
  return new BerthError('CONTAINER_PATH_NOT_FOUND', {
    message: `Could not find the file ${path} in container ${shown}`,
    remedy: 'Look for it with "docker exec" and ls, or "docker export".',
    details: { path, container: shown },
  });
}

import { posix } from 'node:path';

import type { TreeEntry, TreeReader } from '../../syscall/tree/tree-reader.ts';
import { followLinks } from './container-path.ts';

/** What a container has at a path. */
export interface PathStatus {
  readonly name: string;
  readonly entry: TreeEntry;
  /** Where a link leads, all links followed; empty of everything else. */
  readonly linkTarget: string;
}

/** Looks at what is at a path; a link at its end is not followed. Texts are one character a byte (latin1). */
export async function pathStatus(
  reader: Pick<TreeReader, 'describe'>,
  path: string,
): Promise<PathStatus | undefined> {
  const [entry] = await reader.describe([path]);
  if (entry === undefined) return undefined;
  const linkTarget = entry.type === 'symlink' ? await followLinks(reader, path) : '';
  return { name: posix.basename(path) || '/', entry, linkTarget };
}

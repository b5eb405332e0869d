import { dirname } from 'node:path';
import type { HostFiles } from '../context.ts';

/** The nearest folder at or above `path` that exists: the file system on which `path` will be made. */
export async function existingAncestor(files: HostFiles, path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((await files.kind(folder)) === 'folder' || folder === dirname(folder)) return folder;
  }
}

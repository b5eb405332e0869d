import { refusedCopy } from './copy-error.ts';
import { meansFolder, shown, splitPath } from './copy-path.ts';

/** What is copied. */
export interface CopySource {
  readonly path: string;
  readonly isFolder: boolean;
  /** Its name where the path that was given leads over a link with another name. */
  readonly renamed?: string | undefined;
}

/** Where it is copied to. */
export interface CopyDestination {
  readonly path: string;
  /** What is there. */
  readonly found: 'nothing' | 'folder' | 'file';
}

/** How an archive is made, so that it becomes the copy where it is extracted. */
export interface CopyPlan {
  /** The folder that it is extracted to. */
  readonly folder: string;
  /** The first part of all names in it. */
  readonly root: string;
}

/**
 * The rules of `docker cp`, which are those of cp(1) with `-r`, save that a folder that is not there is made of a folder.
 *
 * @throws COPY_INVALID
 */
export function planCopy(source: CopySource, destination: CopyDestination): CopyPlan {
  const { path, found } = destination;
  const root = source.renamed ?? splitPath(source.path).name;
  if (found === 'folder') return { folder: path, root };
  if (found === 'file' && source.isFolder) {
    throw refusedCopy(
      `'${shown(source.path)}' is a folder and '${shown(path)}' a file, wanted a folder to copy a folder to`,
      'Name a folder, or a name that is not taken.',
    );
  }
  if (found === 'nothing' && !source.isFolder && meansFolder(path)) {
    throw refusedCopy(
      `there is no folder '${shown(path)}', wanted one to copy a file to`,
      'Make the folder first, or name the file without a slash behind it.',
    );
  }
  const { folder, name } = splitPath(path);
  return { folder, root: name };
}

import { checkStorageMessages as m } from '../../messages/areas/checks-storage.ts';
import { hasErrno } from '../../runtime/host/files.ts';
import type { CheckContext } from '../context.ts';
import type { Outcome } from '../finding.ts';

/** What stands in the way of any new file, and what to do about it. */
const unwritable: Readonly<Record<string, () => string>> = {
  EROFS: m.remountWritable,
  EACCES: m.makeWritable,
  EPERM: m.makeWritable,
  ENOSPC: m.freeSpaceThere,
  EDQUOT: m.raiseQuota,
};

/**
 * Gives `work` an empty folder inside `parent` and removes it afterwards; a failure with its remedy where none can be
 * made.
 */
export async function withScratch(
  { scratch }: Pick<CheckContext, 'scratch'>,
  parent: string,
  work: (folder: string) => Promise<Outcome>,
): Promise<Outcome> {
  let folder: string;
  try {
    folder = await scratch.make(parent);
  } catch (error) {
    const errno = Object.keys(unwritable).find((name) => hasErrno(error, name));
    if (errno === undefined) throw error;
    return {
      status: 'fail',
      seen: m.noFolder({ path: parent, errno }),
      remedy: unwritable[errno]?.() ?? '',
      details: { path: parent, errno },
    };
  }
  try {
    return await work(folder);
  } finally {
    await scratch.remove(folder);
  }
}

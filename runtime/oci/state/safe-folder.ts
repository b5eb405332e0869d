import { BerthError } from '../../errors/berth-error.ts';
import { lstat, orIfMissing, stat } from '../../host/files.ts';
import { currentUser } from '../../host/user-name.ts';

/** Others or a group may write, S_IWOTH and S_IWGRP; but not rename or remove what is not theirs, S_ISVTX (inode(7)). */
const [othersWrite, groupWrites, sticky] = [0o002, 0o020, 0o1000];

/** Whether somebody else may write: root's group and one's own are trusted. */
function isOpen({ mode, gid }: { readonly mode: number; readonly gid: number }): boolean {
  const isForeign = gid !== 0 && gid !== currentUser().gid;
  return (mode & othersWrite) !== 0 || ((mode & groupWrites) !== 0 && isForeign);
}

/**
 * Refuses a folder of states that others can change: what a state says is signalled, written to and removed, with the rights
 * of who runs this. So the container's folder must be root's or one's own, and nobody else may put another in its place.
 *
 * @param root of all containers.
 * @param path of one of them; what is not there is safe.
 * @throws OCI_ROOT_UNSAFE
 */
export async function refuseUnsafeFolder(root: string, path: string): Promise<void> {
  const trusted = [0, currentUser().uid];
  const above = await orIfMissing(stat(root), undefined);
  if (above) {
    if (!trusted.includes(above.uid)) throw unsafe(root, `belongs to the user ${above.uid}`);
    if (isOpen(above) && (above.mode & sticky) === 0)
      throw unsafe(root, 'can be written by others');
  }
  const found = await orIfMissing(lstat(path), undefined);
  if (!found) return;
  if (!found.isDirectory()) throw unsafe(path, 'is no folder');
  if (!trusted.includes(found.uid)) throw unsafe(path, `belongs to the user ${found.uid}`);
  if (isOpen(found)) throw unsafe(path, 'can be written by others');
}

function unsafe(path: string, why: string): BerthError {
  return new BerthError('OCI_ROOT_UNSAFE', {
    message: `"${path}" ${why}, wanted a folder that only root or the caller can change`,
    remedy: 'Choose another --root, or see who made the folder, and remove it.',
    details: { path, field: '--root' },
  });
}

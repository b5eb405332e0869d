import { BerthError } from '../../errors/berth-error.ts';
import { parseGroup, parseId, parsePasswd } from './user-database.ts';
import type { GroupEntry, PasswdEntry } from './user-database.ts';

/** Who runs a container's program. */
export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /** With `gid` first: a setgid program may drop its group otherwise (CVE-2022-36109). */
  readonly additionalGids: readonly number[];
  readonly home: string;
}

/** What `resolveUser` looks in. */
export interface UserDatabase {
  /** The image's /etc/passwd; empty when it has none. */
  readonly passwd: string;
  /** The image's /etc/group; empty when it has none. */
  readonly group: string;
}

/**
 * Looks up `user`, `uid`, `user:group`, `uid:gid` and the mixed forms in the image's own files, as Docker does:
 * a number need not be there, a name must; nobody is root; a named group replaces the user's own groups.
 *
 * @param groupAdd names or numbers of more groups (`docker run --group-add`)
 * @throws CONTAINER_USER_NOT_FOUND
 */
export function resolveUser(
  user: string,
  groupAdd: readonly string[],
  database: UserDatabase,
): ResolvedUser {
  const [userPart = '', groupPart = ''] = user.split(':', 2);
  const entry = findUser(userPart === '' ? '0' : userPart, parsePasswd(database.passwd));
  const groups = parseGroup(database.group);
  const gid = groupPart === '' ? entry.gid : findGroup(groupPart, groups);
  const own =
    groupPart === '' && entry.name !== ''
      ? groups.filter((group) => group.members.includes(entry.name)).map((group) => group.gid)
      : [];
  const added = groupAdd.map((group) => findGroup(group, groups));
  return {
    uid: entry.uid,
    gid,
    additionalGids: [...new Set([gid, ...own, ...added])],
    home: entry.home === '' ? '/' : entry.home,
  };
}

function findUser(user: string, entries: readonly PasswdEntry[]): PasswdEntry {
  const found = entries.find((entry) => entry.name === user || String(entry.uid) === user);
  if (found !== undefined) return found;
  const uid = parseId(user);
  if (uid !== undefined) return { name: '', uid, gid: 0, home: '/' };
  throw new BerthError('CONTAINER_USER_NOT_FOUND', {
    message: `unable to find user ${user}: no matching entries in passwd file`,
    remedy: "Give a user of the image's /etc/passwd, or a number.",
    details: { user },
  });
}

function findGroup(group: string, entries: readonly GroupEntry[]): number {
  const found = entries.find((entry) => entry.name === group || String(entry.gid) === group);
  const gid = found?.gid ?? parseId(group);
  if (gid !== undefined) return gid;
  throw new BerthError('CONTAINER_USER_NOT_FOUND', {
    message: `unable to find group ${group}: no matching entries in group file`,
    remedy: "Give a group of the image's /etc/group, or a number.",
    details: { group },
  });
}

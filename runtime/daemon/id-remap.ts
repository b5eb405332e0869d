import type { IdRemap } from '../container/ports.ts';
import { BerthError } from '../errors/berth-error.ts';
import { readTextIfExists } from '../host/files.ts';

/** Docker's name for a user that has ids for containers and does nothing else. */
const defaultUser = 'dockremap';

type Mappings = IdRemap['uids'];

/** Files that say who is who, and which ids are whose: passwd(5), group(5), subuid(5), subgid(5). */
export interface IdFiles {
  readonly passwd: string;
  readonly group: string;
  readonly subuid: string;
  readonly subgid: string;
}

/**
 * Looks up the ids of `userns-remap` (dockerd(8)): "default", or a user and perhaps a group, each a name or a number.
 *
 * @throws DAEMON_CONFIG_INVALID nobody of that name has any.
 */
export async function readIdRemap(value: string): Promise<IdRemap> {
  const read = async (path: string): Promise<string> => (await readTextIfExists(path)) ?? '';
  const [passwd, group, subuid, subgid] = await Promise.all(
    ['/etc/passwd', '/etc/group', '/etc/subuid', '/etc/subgid'].map(read),
  );
  return findIdRemap(value, {
    passwd: passwd ?? '',
    group: group ?? '',
    subuid: subuid ?? '',
    subgid: subgid ?? '',
  });
}

/** As `readIdRemap`, from the texts of the files. */
export function findIdRemap(value: string, files: IdFiles): IdRemap {
  const [user = '', group = user, ...rest] = value === 'default' ? [defaultUser] : value.split(':');
  if (user === '' || group === '' || rest.length > 0)
    throw invalid(
      value,
      'wanted "default", a user, or a user and a group with a colon between them',
    );
  return {
    uids: mappingsOf(value, {
      owner: user,
      ids: files.subuid,
      names: files.passwd,
      file: '/etc/subuid',
    }),
    gids: mappingsOf(value, {
      owner: group,
      ids: files.subgid,
      names: files.group,
      file: '/etc/subgid',
    }),
  };
}

interface Lookup {
  /** A name or a number. */
  readonly owner: string;
  /** Lines of `owner:first:count`. */
  readonly ids: string;
  /** Lines that begin with a name and have a number in the third place. */
  readonly names: string;
  readonly file: string;
}

/** All that the owner has, one after the other: the container's root is the first of them. */
function mappingsOf(value: string, { owner, ids, names, file }: Lookup): Mappings {
  const known = new Set([owner]);
  for (const [name = '', , id = ''] of linesOf(names)) {
    if (name === owner) known.add(id);
    if (id === owner) known.add(name);
  }
  const mappings: { containerID: number; hostID: number; size: number }[] = [];
  for (const [name = '', first = '', count = ''] of linesOf(ids)) {
    if (!known.has(name) || !/^\d+$/.test(first) || !/^[1-9]\d*$/.test(count)) continue;
    const last = mappings.at(-1);
    const containerID = last ? last.containerID + last.size : 0;
    mappings.push({ containerID, hostID: Number(first), size: Number(count) });
  }
  if (mappings.length > 0) return mappings;
  throw invalid(value, `"${owner}" has no line in "${file}", such as "${owner}:100000:65536"`);
}

function linesOf(text: string): readonly (readonly string[])[] {
  return text.split('\n').map((line) => line.trim().split(':'));
}

function invalid(value: string, why: string): BerthError {
  return new BerthError('DAEMON_CONFIG_INVALID', {
    message: `"userns-remap" is "${value}", which cannot be used: ${why}.`,
    remedy: 'Correct daemon.json, or give the user ids (subuid(5)); then start the daemon again.',
    details: {
      path: 'daemon.json',
      problem: 'unusable',
      issues: [{ key: 'userns-remap', wanted: why }],
    },
  });
}

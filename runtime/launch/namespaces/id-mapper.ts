import { BerthError } from '../../errors/berth-error.ts';
import type { IdMapping } from '../../spec/id-mappings.ts';
import type { Spec } from '../../spec/spec.ts';

/**
 * How ids are mapped. `write`: by writing the maps, which takes CAP_SETUID and CAP_SETGID. `write-own`: a single line
 * with the writer's own id needs nothing, if nobody can change groups any more. `helpers`: newuidmap(1) and newgidmap(1)
 * have the rights, and look into /etc/subuid and /etc/subgid.
 */
export type IdMapper = 'write' | 'write-own' | 'helpers';

/** A range of ids that exist where berth is, as /proc/self/uid_map has them first in each line. */
export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/** What berth itself may do with ids. */
export interface IdRights {
  /** Its own user and group. */
  readonly own: { readonly uid: number; readonly gid: number };
  /** Whether it has CAP_SETUID and CAP_SETGID. */
  readonly canSetIds: boolean;
  readonly uids: readonly IdRange[];
  readonly gids: readonly IdRange[];
}

/** The ranges of the text of a uid_map or gid_map (user_namespaces(7)). */
export function parseIdMap(text: string): readonly IdRange[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [first, , count] = line.trim().split(/\s+/).map(Number);
      return { first: first ?? 0, count: count ?? 0 };
    });
}

/**
 * How the ids of a new user namespace are mapped (user_namespaces(7), "User and group ID mappings").
 *
 * @throws SPEC_UNSUPPORTED naming the mapping whose ids do not exist here, because berth is in a user namespace itself.
 */
export function chooseIdMapper(spec: Spec, rights: IdRights): IdMapper {
  const { uidMappings, gidMappings } = spec.linux;
  requireExisting('linux.uidMappings', uidMappings, rights.uids);
  requireExisting('linux.gidMappings', gidMappings, rights.gids);
  if (rights.canSetIds) return 'write';
  const { uid, gid } = rights.own;
  const own = isOwn(uidMappings, uid) && isOwn(gidMappings, gid);
  if (!own) return 'helpers';
  if (spec.process.user.additionalGids.length > 0) {
    throw unsupported(
      'process.user.additionalGids',
      'groups cannot be set in a user namespace that berth makes without CAP_SETGID',
    );
  }
  return 'write-own';
}

function requireExisting(
  field: string,
  mappings: readonly IdMapping[],
  ranges: readonly IdRange[],
): void {
  for (const [index, { hostID, size }] of mappings.entries()) {
    const exists = ranges.some(
      ({ first, count }) => hostID >= first && hostID + size <= first + count,
    );
    if (exists) continue;
    throw unsupported(
      `${field}[${index}].hostID`,
      `berth is in a user namespace that does not have the ids ${hostID} to ${hostID + size - 1}`,
    );
  }
}

function isOwn(mappings: readonly IdMapping[], id: number): boolean {
  return mappings.length === 1 && mappings[0]?.hostID === id && mappings[0].size === 1;
}

function unsupported(field: string, why: string): BerthError {
  return new BerthError('SPEC_UNSUPPORTED', {
    message: `The config sets '${field}', and ${why}.`,
    remedy: 'Choose ids that this user namespace has (/proc/self/uid_map), or leave them out.',
    details: { fields: [field] },
  });
}

import type { z } from 'zod';
import { isMapped } from './id-mappings.ts';
import type { Linux, NamespaceType } from './linux.ts';
import type { User } from './process.ts';

/** The parts of a config that depend on its namespaces. */
interface Namespaced {
  readonly hostname?: string | undefined;
  readonly domainname?: string | undefined;
  readonly process: { readonly user: User };
  readonly linux: Linux;
}

const maps = { uid: 'uidMappings', gid: 'gidMappings' } as const;

/**
 * Refuses what does not fit the namespaces of a config: a name that would become the host's, ids without a namespace to
 * map them in, one kind of ids without the other, and a user that nobody is in it. runc 1.4 refuses the same.
 *
 * OCI runtime-spec 1.2.1, config.md, "Hostname", and config-linux.md, "User namespace mappings".
 */
export function fitNamespaces(spec: Namespaced, context: z.RefinementCtx<Namespaced>): void {
  const problem = (path: PropertyKey[], message: string): void => {
    context.addIssue({ code: 'custom', path, message });
  };
  const find = (wanted: NamespaceType): Linux['namespaces'][number] | undefined =>
    spec.linux.namespaces.find(({ type }) => type === wanted);
  for (const field of ['hostname', 'domainname'] as const) {
    if (spec[field] !== undefined && !find('uts'))
      problem([field], 'none without a "uts" namespace: it would be the name of the host');
  }
  const user = find('user');
  const { uidMappings, gidMappings } = spec.linux;
  const isHalf = uidMappings.length > 0 !== gidMappings.length > 0;
  for (const field of Object.values(maps)) {
    const given = spec.linux[field].length > 0;
    if (given && !user) problem(['linux', field], 'none without a "user" namespace');
    if (!given && isHalf)
      problem(['linux', field], 'at least one range, as of the other kind of ids');
  }
  if (user && user.path === undefined) {
    for (const { path, id, field } of idsOf(spec.process.user)) {
      const mappings = spec.linux[field];
      if (mappings.length > 0 && !isMapped(id, mappings))
        problem(['process', 'user', ...path], `an id that 'linux.${field}' maps`);
    }
  }
}

function idsOf({ uid, gid, additionalGids }: User): readonly {
  readonly path: readonly PropertyKey[];
  readonly id: number;
  readonly field: (typeof maps)[keyof typeof maps];
}[] {
  return [
    { path: ['uid'], id: uid, field: maps.uid },
    { path: ['gid'], id: gid, field: maps.gid },
    ...additionalGids.map((id, i) => ({ path: ['additionalGids', i], id, field: maps.gid })),
  ];
}

import type { IdMapping } from '../../spec/id-mappings.ts';
import type { Spec } from '../../spec/spec.ts';
import type { IdRange, IdRights } from './id-mapper.ts';

/**
 * Gives a new user namespace without mappings all ids that exist where berth is, each as itself: the mappings are optional
 * in the specification, and a namespace without any could not even have its root. crun does the same.
 */
export function withIdMaps(spec: Spec, { uids, gids }: IdRights): Spec {
  const { namespaces, uidMappings, gidMappings } = spec.linux;
  const isNew = namespaces.some(({ type, path }) => type === 'user' && path === undefined);
  if (!isNew || uidMappings.length > 0 || gidMappings.length > 0) return spec;
  return { ...spec, linux: { ...spec.linux, uidMappings: same(uids), gidMappings: same(gids) } };
}

function same(ranges: readonly IdRange[]): readonly IdMapping[] {
  return ranges.map(({ first, count }) => ({ containerID: first, hostID: first, size: count }));
}

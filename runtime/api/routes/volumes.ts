import { z } from 'zod';

import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { folderBytes } from '../../host/folder-bytes.ts';
import { text, textMap } from '../../container/model/container-config.ts';
import {
  booleanFilter,
  type Filters,
  matchesLabels,
  matchesPattern,
  refuseUnknownFilters,
} from '../../container/query/filters.ts';
import type { Volume } from '../../container/volumes/volume.ts';
import type { Volumes } from '../../container/volumes/volumes.ts';
import { created, json, noContent } from '../http/api-response.ts';
import { isAtLeast } from '../http/api-version.ts';
import { get, post, remove } from '../route.ts';
import type { Route } from '../route.ts';
import { volumeView } from '../views/volume-view.ts';

/** The body of `POST /volumes/create`. */
export const volumeCreateSchema = z.object({
  Name: text,
  Driver: text,
  DriverOpts: textMap,
  Labels: textMap,
  ClusterVolumeSpec: z.looseObject({}).nullable().default(null),
});

const listFilters = ['dangling', 'driver', 'label', 'name'];
const pruneFilters = ['all', 'label', 'label!'];

/** From this version on nobody's named volumes are pruned unless that is asked for. */
const pruneAllSince = '1.42';

/** From this version on there are volumes of a cluster. */
const clusterSince = '1.42';

/** @throws UNSUPPORTED_FIELD */
function refuseCluster(asked: object | null): void {
  if (asked === null) return;
  throw new BerthError('UNSUPPORTED_FIELD', {
    message: 'ClusterVolumeSpec asks for a volume of a cluster, which berth does not have',
    remedy: 'Leave it out.',
    details: { field: 'ClusterVolumeSpec' },
  });
}

/** Routes of volumes. */
export const volumeRoutes: readonly Route[] = [
  get('/volumes', ({ query }, { containers: { volumes } }) => {
    const filters = query.filters();
    refuseUnknownFilters(filters, listFilters);
    // Whether there are any volumes or not.
    booleanFilter(filters, 'dangling');
    const found = volumes.all().filter((volume) => isWanted(volume, filters, volumes));
    return json({ Volumes: found.map((volume) => volumeView(volume, volumes)), Warnings: null });
  }),
  post('/volumes/create', async (request, { containers: { volumes } }) => {
    const body = await request.json(volumeCreateSchema);
    const { Name, Driver, DriverOpts, Labels } = body;
    if (isAtLeast(request.version, clusterSince)) refuseCluster(body.ClusterVolumeSpec);
    const volume = await volumes.create({
      name: Name,
      driver: Driver,
      options: DriverOpts ?? {},
      labels: Labels ?? {},
    });
    return created(volumeView(volume, volumes));
  }),
  post('/volumes/prune', async ({ query, version }, { containers: { volumes } }) => {
    const given = query.filters();
    refuseUnknownFilters(given, pruneFilters);
    const filters = isAtLeast(version, pruneAllSince) ? given : new Map([...given, ['all', ['1']]]);
    const { removed, bytes } = await volumes.prune(filters, ({ name }) =>
      folderBytes(volumes.dataPath(name)),
    );
    return json({ VolumesDeleted: removed, SpaceReclaimed: bytes });
  }),
  get('/volumes/:name', ({ name }, { containers: { volumes } }) =>
    json(volumeView(volumes.get(name), volumes)),
  ),
  remove('/volumes/:name', async ({ name, query }, { containers: { volumes } }) => {
    try {
      await volumes.remove(name);
    } catch (error) {
      // What is not there need not be removed.
      if (!query.flag('force') || !isBerthError(error, 'VOLUME_NOT_FOUND')) throw error;
    }
    return noContent;
  }),
];

function isWanted(volume: Volume, filters: Filters, volumes: Volumes): boolean {
  const names = filters.get('name');
  const dangling = booleanFilter(filters, 'dangling');
  return (
    (filters.get('driver')?.includes('local') ?? true) &&
    (names === undefined || matchesPattern('name', names, [volume.name])) &&
    matchesLabels(filters.get('label') ?? [], volume.labels) &&
    (dangling === undefined || (volumes.usersOf(volume.name).length === 0) === dangling)
  );
}

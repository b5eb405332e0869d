import { refuseUnknownFilters } from '../../container/query/filters.ts';
import { json } from '../http/api-response.ts';
import { post } from '../route.ts';
import type { Route } from '../route.ts';

const buildFilters = [
  ...['until', 'unused-for', 'id', 'parent', 'type', 'description'],
  ...['inuse', 'shared', 'private'],
];

/**
 * What `docker system prune` removes besides. berth has no cache of builds, so there is nothing to remove, and that
 * is no error: the command goes on with the next kind.
 */
export const nothingToPruneRoutes: readonly Route[] = [
  post('/build/prune', ({ query }) => {
    refuseUnknownFilters(query.filters(), buildFilters);
    return json({ CachesDeleted: null, SpaceReclaimed: 0 });
  }),
];

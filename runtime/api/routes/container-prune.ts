import type { PruneRequest } from '../../container/lifecycle/prune-containers.ts';
import {
  invalidFilterValue,
  matchesLabels,
  refuseUnknownFilters,
} from '../../container/query/filters.ts';
import type { Filters } from '../../container/query/filters.ts';
import { json } from '../http/api-response.ts';
import { parseMoment } from '../images/moment.ts';
import { post } from '../route.ts';
import type { Route } from '../route.ts';

const knownFilters = ['label', 'label!', 'until'];

/** Which containers are meant. @throws FILTER_INVALID */
export function containerSelection(filters: Filters, nowMs: number): PruneRequest['isWanted'] {
  const isWanted = pruneSelection(filters, nowMs);
  return ({ createdMs, config: { Labels } }) => isWanted({ createdMs, labels: Labels ?? {} });
}

/** Which of things that have a time and labels are to go. @throws FILTER_INVALID */
export function pruneSelection(
  filters: Filters,
  nowMs: number,
): (thing: {
  readonly createdMs: number;
  readonly labels: Readonly<Record<string, string>>;
}) => boolean {
  refuseUnknownFilters(filters, knownFilters);
  const until = untilMs(filters.get('until') ?? [], nowMs);
  const unwanted = filters.get('label!') ?? [];
  return ({ createdMs, labels }) => {
    if (until !== undefined && createdMs > until) return false;
    // Docker spares those that have all of these.
    if (unwanted.length > 0 && matchesLabels(unwanted, labels)) return false;
    return matchesLabels(filters.get('label') ?? [], labels);
  };
}

function untilMs(values: readonly string[], nowMs: number): number | undefined {
  const [value, ...more] = values;
  if (value === undefined) return undefined;
  const moment = parseMoment(value, nowMs);
  if (moment !== undefined && more.length === 0) return moment;
  throw invalidFilterValue('until', values.join(), 'one time, or one duration such as "24h"');
}

/** The route that removes containers which do not run. */
export const containerPruneRoutes: readonly Route[] = [
  post('/containers/prune', async ({ query, signal }, { containers, clock }) => {
    const isWanted = containerSelection(query.filters(), clock.now());
    const { removed, reclaimedBytes } = await containers.prune({ isWanted, signal });
    return json({
      ContainersDeleted: removed.length === 0 ? null : removed,
      SpaceReclaimed: reclaimedBytes,
    });
  }),
];

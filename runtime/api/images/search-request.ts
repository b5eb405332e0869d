import type { FoundRepository, RegistrySearch } from '../../image/image-directory.ts';
import { invalidFilterValue, refuseUnknownFilters } from '../../container/query/filters.ts';
import { BerthError } from '../../errors/berth-error.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { booleanFilter } from '../../container/query/filters.ts';
import { credentialsOf } from './registry-auth.ts';

/** As Docker Hub has it when nothing else is asked for. */
const defaultLimit = 25;

/** What `GET /images/search` asks for. @throws API_REQUEST_INVALID, FILTER_INVALID */
export function searchRequest({ query, headers, signal }: ApiRequest): {
  readonly search: RegistrySearch;
  readonly isWanted: (found: FoundRepository) => boolean;
} {
  const term = query.text('term');
  const limit = query.integer('limit') ?? 0;
  if (term === '' || term.includes('://') || limit < 0) throw invalidSearch(term, limit);
  const filters = query.filters();
  refuseUnknownFilters(filters, ['is-automated', 'is-official', 'stars']);
  const isOfficial = booleanFilter(filters, 'is-official');
  // Docker Hub has no automated builds any more: whoever wants only those gets nothing.
  const isAutomated = booleanFilter(filters, 'is-automated');
  const stars = Math.max(0, ...(filters.get('stars') ?? []).map(starCount));
  return {
    search: {
      term,
      limit: limit === 0 ? defaultLimit : limit,
      credentials: credentialsOf(headers['x-registry-auth']),
      signal,
    },
    isWanted: (found) =>
      isAutomated !== true &&
      (isOfficial === undefined || found.isOfficial === isOfficial) &&
      found.stars >= stars,
  };
}

function invalidSearch(term: string, limit: number): BerthError {
  return new BerthError('API_REQUEST_INVALID', {
    message: `a search for "${term}" with the limit "${limit}" was asked for, wanted a name without a scheme, and no negative limit`,
    remedy: 'Search for a name such as "nginx", or "registry.example/nginx".',
  });
}

function starCount(value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw invalidFilterValue('stars', value, 'a whole number');
}

/** A repository as `GET /images/search` has it. */
export function searchView(found: FoundRepository): Readonly<Record<string, unknown>> {
  return {
    star_count: found.stars,
    is_official: found.isOfficial,
    name: found.name,
    is_automated: false,
    description: found.description,
  };
}

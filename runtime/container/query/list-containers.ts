import { isBerthError } from '../../errors/berth-error.ts';
import type { ImageService } from '../../image/image-service.ts';
import type { Container } from '../lifecycle/container.ts';
import { containerStatuses, isLive } from '../model/container-state.ts';
import { destinationOf } from '../model/container-mount.ts';
import { mountsOf } from '../spec/container-mounts.ts';
import type { ContainerIndex } from '../store/container-index.ts';
import {
  invalidFilterValue,
  matchesLabels,
  matchesPattern,
  refuseUnknownFilters,
} from './filters.ts';
import type { Filters } from './filters.ts';

/** Filters of `docker ps` that berth knows. */
const knownFilters = [
  'ancestor',
  'before',
  'exited',
  'health',
  'id',
  'is-task',
  'label',
  'name',
  'network',
  'since',
  'status',
  'volume',
];

/** Which containers are wanted. */
export interface ListQuery {
  /** `running`: unless a filter or the limit says otherwise. */
  readonly scope: 'running' | 'all';
  /** The newest so many, of any status; 0: no limit. */
  readonly limit: number;
  readonly filters: Filters;
}

/** What `listContainers` looks in. */
export interface ListSource {
  readonly index: ContainerIndex;
  readonly images: Pick<ImageService, 'resolve'>;
}

type Test = (container: Container) => boolean;

/**
 * The containers that are wanted, newest first.
 *
 * @throws FILTER_INVALID, CONTAINER_NOT_FOUND (of `before` and `since`)
 */
export async function listContainers(
  source: ListSource,
  query: ListQuery,
): Promise<readonly Container[]> {
  refuseUnknownFilters(query.filters, knownFilters);
  const tests = await testsOf(source, query);
  const newestFirst = source.index
    .all()
    .toSorted((a, b) => b.record.createdMs - a.record.createdMs);
  const found = newestFirst.filter((container) => tests.every((test) => test(container)));
  return query.limit > 0 ? found.slice(0, query.limit) : found;
}

async function testsOf(source: ListSource, query: ListQuery): Promise<readonly Test[]> {
  const { filters } = query;
  const simple = [...filters].flatMap(([key, values]) => simpleTest(source, key, values) ?? []);
  const ancestors = filters.get('ancestor');
  const onlyRunning = query.scope === 'running' && query.limit <= 0 && !filters.has('status');
  return [
    ...(onlyRunning ? [({ record }: Container) => isLive(record.state)] : []),
    ...simple,
    ...(ancestors === undefined ? [] : [await ancestorTest(source, ancestors)]),
  ];
}

function simpleTest(source: ListSource, key: string, values: readonly string[]): Test | undefined {
  switch (key) {
    case 'id':
      return ({ id }) => values.some((prefix) => id.startsWith(prefix));
    case 'name':
      return ({ record: { name } }) => matchesPattern('name', values, [name, `/${name}`]);
    case 'label':
      return ({ record }) => matchesLabels(values, record.config.Labels ?? {});
    case 'status':
      return statusTest(values);
    case 'exited':
      return exitedTest(values);
    case 'network':
      return ({ record }) => values.includes(record.hostConfig.NetworkMode);
    case 'volume':
      return ({ record }) =>
        mountsOf(record).some((mount) => {
          const named = mount.kind === 'bind' ? mount.bind.source : undefined;
          const name = mount.kind === 'volume' ? mount.volume.name : named;
          return [name, destinationOf(mount)].some((each) => values.includes(each ?? ''));
        });
    case 'health':
      return healthTest(values);
    case 'is-task':
      return () => values.includes('false');
    case 'before':
    case 'since':
      return ageTest(source, key, values);
    default:
      return undefined;
  }
}

function statusTest(values: readonly string[]): Test {
  const known: readonly string[] = [...containerStatuses, 'removing'];
  const wrong = values.find((value) => !known.includes(value));
  if (wrong !== undefined) throw invalidFilterValue('status', wrong, `one of ${known.join(', ')}`);
  return ({ record, removing }) => values.includes(removing ? 'removing' : record.state.status);
}

function healthTest(values: readonly string[]): Test {
  const known = ['none', 'starting', 'healthy', 'unhealthy'];
  const wrong = values.find((value) => !known.includes(value));
  if (wrong !== undefined) throw invalidFilterValue('health', wrong, `one of ${known.join(', ')}`);
  return ({ health }) => values.includes(health?.status ?? 'none');
}

function exitedTest(values: readonly string[]): Test {
  const wrong = values.find((value) => !/^-?\d+$/.test(value));
  if (wrong !== undefined) throw invalidFilterValue('exited', wrong, 'an exit code');
  return ({ record: { state } }) =>
    !isLive(state) && state.startedAt !== 0 && values.includes(String(state.exitCode));
}

function ageTest(source: ListSource, key: 'before' | 'since', values: readonly string[]): Test {
  const times = values.map((value) => source.index.find(value).record.createdMs);
  return ({ record: { createdMs } }) =>
    times.every((time) => (key === 'before' ? createdMs < time : createdMs > time));
}

/** Containers of an image; names that no image has match nothing, as in Docker. */
async function ancestorTest(source: ListSource, names: readonly string[]): Promise<Test> {
  const ids = await Promise.all(
    names.map(async (name) => {
      try {
        return await source.images.resolve(name);
      } catch (error) {
        if (isBerthError(error)) return undefined;
        throw error;
      }
    }),
  );
  return ({ record }) => ids.includes(record.imageId);
}

import type { ImageService } from '../../image/image-service.ts';
import type { Container } from '../lifecycle/container.ts';
import { isLive } from '../model/container-state.ts';
import { destinationOf } from '../model/container-mount.ts';
import type { ContainerMount } from '../model/container-mount.ts';
import { wishedNetworks } from '../model/network-mode.ts';
import type { ContainerNetworks } from '../networking/container-networks.ts';
import { mountsOf } from '../spec/container-mounts.ts';
import type { ContainerIndex } from '../store/container-index.ts';
import { ancestorTest } from './ancestor-filter.ts';
import {
  booleanFilter,
  matchesLabels,
  matchesPattern,
  refusedFilterValue,
  refuseUnknownFilters,
} from './filters.ts';
import type { Filters } from './filters.ts';
import { portTests } from './port-filter.ts';

/** Filters of `docker ps` that berth knows. */
const knownFilters = [
  'ancestor',
  'before',
  'exited',
  'expose',
  'health',
  'id',
  'is-task',
  'isolation',
  'label',
  'name',
  'network',
  'publish',
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
  readonly images: Pick<ImageService, 'inspect'>;
  readonly networks: Pick<ContainerNetworks, 'defaultName' | 'findIfThere'>;
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
    ...portTests(filters),
    ...(ancestors === undefined
      ? []
      : [await ancestorTest(source.images, ancestors, source.index.all())]),
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
      return networkTest(source, values);
    case 'volume':
      return ({ record }) =>
        mountsOf(record).some((mount) => {
          return [nameOf(mount), destinationOf(mount)].some((each) => values.includes(each ?? ''));
        });
    case 'health':
      return healthTest(values);
    case 'is-task': {
      const wanted = booleanFilter(new Map([[key, values]]), key);
      // None is one of Swarm's.
      return () => wanted === false;
    }
    case 'before':
    case 'since':
      return ageTest(source, key, values);
    default:
      return undefined;
  }
}

/** By a network's name, id or the beginning of it; of those who have no network of their own, by their mode. */
function networkTest({ networks }: ListSource, values: readonly string[]): Test {
  return ({ record }) => {
    const names = Object.keys(wishedNetworks(record, networks.defaultName));
    const ids = names.flatMap((name) => networks.findIfThere(name)?.id ?? []);
    const known = [...names, record.hostConfig.NetworkMode];
    return values.some(
      (value) => known.includes(value) || (value !== '' && ids.some((id) => id.startsWith(value))),
    );
  };
}

function statusTest(values: readonly string[]): Test {
  const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];
  refuseOthers({ key: 'status', what: 'state', known: states, values });
  return ({ record, removing }) => values.includes(removing ? 'removing' : record.state.status);
}

function healthTest(values: readonly string[]): Test {
  const known = ['none', 'starting', 'healthy', 'unhealthy'];
  refuseOthers({ key: 'health', what: 'health', known, values });
  return ({ health }) => values.includes(health?.status ?? 'none');
}

interface KnownValues {
  readonly key: string;
  readonly what: string;
  readonly known: readonly string[];
  readonly values: readonly string[];
}

/** @throws FILTER_INVALID in Docker's words */
function refuseOthers({ key, what, known, values }: KnownValues): void {
  const wrong = values.find((value) => !known.includes(value));
  if (wrong === undefined) return;
  const list = known.join(', ');
  throw refusedFilterValue(
    key,
    wrong,
    `invalid value for ${what} (${wrong}): must be one of ${list}`,
  );
}

function exitedTest(values: readonly string[]): Test {
  const wrong = values.find((value) => !/^[+-]?\d+$/.test(value));
  if (wrong !== undefined)
    throw refusedFilterValue('exited', wrong, `strconv.Atoi: parsing "${wrong}": invalid syntax`);
  const codes = values.map(Number);
  return ({ record: { state } }) =>
    !isLive(state) && state.startedAt !== 0 && codes.includes(state.exitCode);
}

function ageTest(source: ListSource, key: 'before' | 'since', values: readonly string[]): Test {
  const times = values.map((value) => source.index.find(value).record.createdMs);
  return ({ record: { createdMs } }) =>
    times.every((time) => (key === 'before' ? createdMs < time : createdMs > time));
}

/** What a mount is known by besides its place. */
function nameOf(mount: ContainerMount): string | undefined {
  switch (mount.kind) {
    case 'bind':
      return mount.bind.source;
    case 'volume':
      return mount.volume.name;
    case 'image':
      return mount.image.name;
    case 'tmpfs':
      return undefined;
  }
}

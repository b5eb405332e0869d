import type { Container } from '../../container/lifecycle/container.ts';
import type { Volumes } from '../../container/volumes/volumes.ts';
import { folderBytes } from '../../host/folder-bytes.ts';
import { noFilters } from '../../container/query/filters.ts';
import { BerthError } from '../../errors/berth-error.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { isAtLeast } from '../http/api-version.ts';
import type { ApiServices } from '../services.ts';
import { containerSummary } from '../views/container-summary.ts';
import { imageSummaryView } from '../views/image-views.ts';
import { mountPlaces } from '../views/mounts-view.ts';
import { volumeView } from '../views/volume-view.ts';

/** What `GET /system/df` can be asked for. */
const objectTypes = ['container', 'image', 'volume', 'build-cache'] as const;

type ObjectType = (typeof objectTypes)[number];

function isObjectType(text: string): text is ObjectType {
  return objectTypes.some((type) => type === text);
}

/** The types that are asked for; all, when none is named or the client is older than the choice. */
function typesOf({ query, version }: ApiRequest): ReadonlySet<ObjectType> {
  const named = isAtLeast(version, '1.42') ? query.all('type') : [];
  if (named.length === 0) return new Set(objectTypes);
  return new Set(
    named.map((type) => {
      if (isObjectType(type)) return type;
      throw new BerthError('API_REQUEST_INVALID', {
        message: `unknown object type: ${type}`,
        remedy: `Types are: ${objectTypes.join(', ')}.`,
        details: { parameter: 'type', value: type },
      });
    }),
  );
}

/** `GET /system/df` (`docker system df`). What was not asked for is null, as in Docker. */
export async function diskUsage(
  request: ApiRequest,
  services: ApiServices,
): Promise<Readonly<Record<string, unknown>>> {
  const types = typesOf(request);
  const containers = await services.containers.list({ scope: 'all', limit: 0, filters: noFilters });
  const images = types.has('image') ? await imagesUsage(request, services, containers) : undefined;
  return {
    LayersSize: images?.layersBytes ?? 0,
    Images: images?.views ?? null,
    Containers: types.has('container')
      ? await containersUsage(request, services, containers)
      : null,
    Volumes: types.has('volume') ? await volumesUsage(services.containers.volumes) : null,
    // berth has none yet.
    BuildCache: types.has('build-cache') ? [] : null,
  };
}

async function imagesUsage(
  { version }: ApiRequest,
  { images }: ApiServices,
  containers: readonly Container[],
): Promise<{ readonly layersBytes: number; readonly views: readonly object[] }> {
  const [list, usage] = await Promise.all([images.list(), images.usage()]);
  const views = list.map((image) =>
    imageSummaryView(image, {
      version,
      containers: containers.filter(({ record }) => record.imageId === image.id).length,
      sharedBytes: usage.sharedBytes.get(image.id),
    }),
  );
  return { layersBytes: usage.totalBytes, views };
}

function volumesUsage(volumes: Volumes): Promise<readonly object[]> {
  return Promise.all(
    volumes
      .all()
      // What is in the others is elsewhere.
      .filter(({ options }) => Object.keys(options).length === 0)
      .map(async (volume) => ({
        ...volumeView(volume, volumes),
        UsageData: {
          RefCount: volumes.usersOf(volume.name).length,
          Size: await folderBytes(volumes.dataPath(volume.name)),
        },
      })),
  );
}

function containersUsage(
  { version }: ApiRequest,
  services: ApiServices,
  containers: readonly Container[],
): Promise<readonly object[]> {
  const now = services.clock.now();
  const places = mountPlaces(services.containers);
  const linkNames = services.containers.linkNames();
  return Promise.all(
    containers.map(async (container) => {
      const { writableBytes, totalBytes } = await services.containers.size(container);
      return {
        ...containerSummary(container, {
          now,
          places,
          version,
          linkNames,
          networks: services.containers.networks,
        }),
        SizeRw: writableBytes,
        SizeRootFs: totalBytes,
      };
    }),
  );
}

import { BerthError } from '../../errors/berth-error.ts';
import type { ImageUser } from '../../image/image-service.ts';
import { canonicalName, parseTagTarget } from '../../image/reference.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { json } from '../http/api-response.ts';
import { isAtLeast } from '../http/api-version.ts';
import { filterImages, pruneSelection } from '../images/filter-images.ts';
import { imageHolders, imageUsers } from '../images/image-users.ts';
import { platformOf } from '../images/platform-parameter.ts';
import { get, post, remove } from '../route.ts';
import type { Route } from '../route.ts';
import type { ApiServices } from '../services.ts';
import { historyView } from '../views/history-view.ts';
import {
  imageInspectView,
  imageSummaryView,
  manifestView,
  removedItemView,
} from '../views/image-views.ts';

/** Routes that show, name and remove images. */
export const imageRoutes: readonly Route[] = [
  get('/images/json', async (request, services) => json(await listImages(request, services))),
  get('/images/:name/json', async (request, services) => {
    const { name, query, version } = request;
    const wantsManifests = isAtLeast(version, '1.48') && query.flag('manifests');
    const platform = platformOf(request, '1.49');
    if (wantsManifests && platform.platform !== undefined) {
      throw new BerthError('API_REQUEST_INVALID', {
        message: 'conflicting options: manifests and platform options cannot both be set',
        remedy: 'Leave one of them out.',
      });
    }
    const image = await services.images.inspect(name, platform);
    const manifests = wantsManifests
      ? await manifestsOf(services, image.id, await imageUsers(services))
      : undefined;
    const containerConfig = expectsContainerConfig(request) ? 'with' : 'without';
    const folders = await services.images.folders(image);
    return json(imageInspectView(image, { version, manifests, containerConfig, folders }));
  }),
  get('/images/:name/history', async (request, { images }) => {
    const platform = platformOf(request, '1.48');
    const image = await images.inspect(request.name, platform);
    return json(historyView(image, await images.history(request.name, platform)));
  }),
  post('/images/:name/tag', async ({ name, query }, { images }) => {
    const target = parseTagTarget(query.text('repo'), query.text('tag'));
    await images.tag(name, canonicalName(target));
    return { kind: 'empty', status: 201 };
  }),
  remove('/images/:name', async (request, services) => {
    const { name, query } = request;
    const removed = await services.images.remove(name, {
      ...platformOf(request, '1.50', 'platforms'),
      force: query.flag('force') ? 'always' : 'never',
      users: await imageHolders(services),
    });
    return json(removed.map(removedItemView));
  }),
  post('/images/prune', async ({ query, signal }, services) => {
    const { removed, reclaimedBytes } = await services.images.prune({
      ...pruneSelection(query.filters(), services.clock.now()),
      users: await imageHolders(services),
      signal,
    });
    return json({
      ImagesDeleted: removed.length === 0 ? null : removed.map(removedItemView),
      SpaceReclaimed: reclaimedBytes,
    });
  }),
];

/**
 * What Docker's first builder left in an image went with API 1.45. docker-compose 1, which no longer changes, speaks the
 * highest version of all and yet cannot make a container anew without it.
 */
function expectsContainerConfig({ version, headers }: ApiRequest): boolean {
  return !isAtLeast(version, '1.45') || /^docker-compose\/1\./.test(headers['user-agent'] ?? '');
}

async function listImages(
  { query, version }: ApiRequest,
  services: ApiServices,
): Promise<readonly object[]> {
  const { images, clock } = services;
  const found = await filterImages(images, listFilters(query, version), clock.now());
  const counts = isAtLeast(version, '1.51');
  const isShared = isAtLeast(version, '1.42') && query.flag('shared-size');
  const usage = isShared ? await images.usage() : undefined;
  const wantsManifests = isAtLeast(version, '1.47') && query.flag('manifests');
  const users = counts || wantsManifests ? await imageUsers(services) : [];
  return Promise.all(
    found.map(async (image) =>
      imageSummaryView(image, {
        version,
        containers: counts ? users.filter(({ imageId }) => imageId === image.id).length : -1,
        sharedBytes: usage?.sharedBytes.get(image.id),
        manifests: wantsManifests ? await manifestsOf(services, image.id, users) : undefined,
      }),
    ),
  );
}

/** Before API 1.41 a pattern for names could stand in a parameter of its own. */
function listFilters(
  query: ApiRequest['query'],
  version: string,
): ReturnType<ApiRequest['query']['filters']> {
  const filters = query.filters();
  const pattern = isAtLeast(version, '1.41') ? '' : query.text('filter');
  if (pattern === '') return filters;
  return new Map([...filters, ['reference', [...(filters.get('reference') ?? []), pattern]]]);
}

async function manifestsOf(
  { images }: ApiServices,
  id: string,
  users: readonly ImageUser[],
): Promise<readonly object[]> {
  return (await images.manifests(id)).map((manifest) => {
    const imageId = manifest.details.kind === 'image' ? manifest.details.id : undefined;
    const using = users.filter((user) => user.imageId === imageId);
    return manifestView(
      manifest,
      using.map(({ containerId }) => containerId),
    );
  });
}

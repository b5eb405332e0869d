import { Readable } from 'node:stream';

import { noFilters } from '../../container/query/filters.ts';
import { isLive } from '../../container/model/container-state.ts';
import { loadedMessage } from '../../image/image-service.ts';
import type { ImageUser } from '../../image/image-service.ts';
import { filterImages } from '../images/filter-images.ts';
import { pullProgress } from '../images/pull-progress.ts';
import { pullRequest } from '../images/pull-request.ts';
import { json, jsonLine } from '../http/api-response.ts';
import { get, post, remove } from '../route.ts';
import type { Route } from '../route.ts';
import type { ApiServices } from '../services.ts';
import {
  imageHistoryView,
  imageInspectView,
  imageSummaryView,
  removedItemView,
} from '../views/image-views.ts';

async function imageUsers({ containers }: ApiServices): Promise<readonly ImageUser[]> {
  const all = await containers.list({ scope: 'all', limit: 0, filters: noFilters });
  return all.map(({ id, record }) => ({
    containerId: id,
    imageId: record.imageId,
    running: isLive(record.state),
  }));
}

/** Routes about images. */
export const imageRoutes: readonly Route[] = [
  get('/images/json', async ({ query, version }, { images }) => {
    const found = await filterImages(images, query.filters());
    return json(found.map((image) => imageSummaryView(image, { version, containers: -1 })));
  }),
  post('/images/load', async ({ body, signal }, { images }) => {
    const loaded = await images.load(body, { signal });
    const lines = loaded.map((image) => jsonLine({ stream: `${loadedMessage(image)}\n` }));
    return {
      kind: 'stream',
      headers: 'with-first-chunk',
      contentType: 'application/json',
      chunks: Readable.from(lines),
    };
  }),
  post('/images/create', (request, { images }) => {
    const { reference, options } = pullRequest(request);
    return {
      kind: 'stream',
      headers: 'with-first-chunk',
      contentType: 'application/json',
      chunks: pullProgress(images.pull(reference, options)),
    };
  }),
  get('/images/:name/json', async ({ name, version }, { images }) =>
    json(imageInspectView(await images.inspect(name), version)),
  ),
  get('/images/:name/history', async ({ name }, { images }) =>
    json(imageHistoryView(await images.inspect(name))),
  ),
  post('/images/:name/tag', async ({ name, query }, { images }) => {
    const tag = query.text('tag');
    await images.tag(name, query.text('repo') + (tag === '' ? '' : `:${tag}`));
    return { kind: 'empty', status: 201 };
  }),
  remove('/images/:name', async ({ name, query }, services) => {
    const force = query.flag('force') ? 'always' : 'never';
    const users = await imageUsers(services);
    const removed = await services.images.remove(name, { force, users });
    return json(removed.map(removedItemView));
  }),
];

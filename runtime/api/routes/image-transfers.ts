import { canonicalName, parseTagTarget } from '../../image/reference.ts';
import type { ApiRequest } from '../http/api-request.ts';
import type { ApiResponse } from '../http/api-response.ts';
import { importProgress } from '../images/import-request.ts';
import { loadProgress } from '../images/load-progress.ts';
import { platformOf } from '../images/platform-parameter.ts';
import { isWithoutTag, pullAll } from '../images/pull-all.ts';
import { pullAllProgress, pullProgress } from '../images/pull-progress.ts';
import { pullRequest } from '../images/pull-request.ts';
import { pushProgress } from '../images/push-progress.ts';
import { credentialsOf } from '../images/registry-auth.ts';
import { get, post } from '../route.ts';
import type { Route } from '../route.ts';
import type { ApiServices } from '../services.ts';

function progress(chunks: AsyncIterable<string>): ApiResponse {
  return { kind: 'stream', headers: 'with-first-chunk', contentType: 'application/json', chunks };
}

function archive(
  request: ApiRequest,
  { images }: ApiServices,
  names: readonly string[],
): ApiResponse {
  const { signal } = request;
  return {
    kind: 'stream',
    headers: 'with-first-chunk',
    contentType: 'application/x-tar',
    chunks: images.save(names, { signal, ...platformOf(request, '1.48') }),
  };
}

/** Routes by which images come and go. */
export const imageTransferRoutes: readonly Route[] = [
  post('/images/create', (request, { images, directory }) => {
    const { query } = request;
    if (query.text('fromImage') === '' && query.text('fromSrc') !== '') {
      return progress(importProgress(request, images));
    }
    const { reference, options } = pullRequest(request);
    if (isWithoutTag(reference)) {
      const repository = reference;
      return progress(pullAllProgress(pullAll({ images, directory, repository, options })));
    }
    return progress(pullProgress(images.pull(reference, options)));
  }),
  post('/images/load', (request, { images }) => progress(loadProgress(request, images))),
  get('/images/get', (request, services) => archive(request, services, request.query.all('names'))),
  get('/images/:name/get', (request, services) => archive(request, services, [request.name])),
  post('/images/:name/push', (request, { images }) => {
    const { name, query, headers, signal } = request;
    const tag = query.text('tag');
    const credentials = credentialsOf(headers['x-registry-auth']);
    const options = {
      signal,
      ...platformOf(request, '1.46'),
      ...(credentials === undefined ? {} : { credentials }),
    };
    const target = tag === '' ? name : canonicalName(parseTagTarget(name, tag));
    return progress(pushProgress(images.push(target, options)));
  }),
];

import { BerthError } from '../../errors/berth-error.ts';
import { acceptedEncoding, compressed } from '../http/content-encoding.ts';
import type { Query } from '../http/query.ts';
import { get, head, put } from '../route.ts';
import type { Route } from '../route.ts';
import { pathStatusHeader } from '../views/path-status-view.ts';

const statusHeader = 'X-Docker-Container-Path-Stat';

/** @throws API_REQUEST_INVALID in Docker's words */
function pathOf(query: Query): string {
  const path = query.text('path');
  if (path !== '') return path;
  throw new BerthError('API_REQUEST_INVALID', {
    message: 'bad parameter: pathcannot be empty',
    remedy: 'Give "path", a path in the container.',
    details: { parameter: 'path' },
  });
}

/** Routes of `docker cp`. */
export const containerArchiveRoutes: readonly Route[] = [
  head('/containers/:name/archive', async ({ name, query }, { containers }) => {
    const status = await containers.statPath(name, pathOf(query));
    return { kind: 'empty', status: 200, extra: { [statusHeader]: pathStatusHeader(status) } };
  }),
  get('/containers/:name/archive', async ({ name, query, headers, signal }, { containers }) => {
    const encoding = acceptedEncoding(headers['accept-encoding']);
    const { status, chunks } = await containers.readArchive(name, pathOf(query), signal);
    return {
      kind: 'stream',
      headers: 'with-first-chunk',
      contentType: 'application/x-tar',
      extra: {
        [statusHeader]: pathStatusHeader(status),
        ...(encoding && { 'Content-Encoding': encoding }),
      },
      chunks: encoding === undefined ? chunks : compressed(chunks, encoding),
    };
  }),
  put('/containers/:name/archive', async ({ name, query, body }, { containers }) => {
    await containers.writeArchive(name, {
      path: pathOf(query),
      archive: body,
      owner: query.flag('copyUIDGID') ? 'of-container' : 'of-archive',
      replaces: query.flag('noOverwriteDirNonDir') ? 'same-kind' : 'anything',
    });
    return { kind: 'empty', status: 200 };
  }),
];

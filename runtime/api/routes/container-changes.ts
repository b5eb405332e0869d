import type { FileChange } from '../../container/changes/list-changes.ts';
import { createRequestSchema } from '../../container/model/create-request.ts';
import { parseTagTarget } from '../../image/reference.ts';
import { created, json } from '../http/api-response.ts';
import { get, post } from '../route.ts';
import type { Route } from '../route.ts';

/** How `docker diff` numbers what became of a file. */
const kinds: Readonly<Record<FileChange['kind'], number>> = { modified: 0, added: 1, deleted: 2 };

/** Routes for what a container has changed: shown, exported, made an image of. */
export const containerChangeRoutes: readonly Route[] = [
  get('/containers/:name/changes', async ({ name }, { containers }) => {
    const changes = await containers.changes(name);
    // Names are bytes; what is not UTF-8 cannot be in JSON.
    const text = (path: string): string => Buffer.from(path, 'latin1').toString('utf8');
    // Docker's list of none.
    if (changes.length === 0) return json(null);
    return json(changes.map(({ path, kind }) => ({ Path: text(path), Kind: kinds[kind] })));
  }),
  get('/containers/:name/export', ({ name, signal }, { containers }) => ({
    kind: 'stream',
    headers: 'with-first-chunk',
    contentType: 'application/octet-stream',
    chunks: containers.export(name, signal),
  })),
  post('/commit', async (request, { containers }) => {
    const { query, signal } = request;
    // Docker's clients send `null` unless a configuration is to take the place of the container's.
    const body = await request.optionalJson(createRequestSchema);
    const [repository, tag] = [query.text('repo'), query.text('tag')];
    const id = await containers.commit(query.text('container'), {
      name: repository === '' ? undefined : parseTagTarget(repository, tag),
      author: query.text('author'),
      comment: query.text('comment'),
      changes: query.all('changes'),
      config: body?.config,
      processes: query.text('pause') === '' || query.flag('pause') ? 'still' : 'running',
      signal,
    });
    return created({ Id: id });
  }),
];

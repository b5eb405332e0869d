import { describe, expect, test } from 'vitest';

import { RegistryDirectory } from '../../../runtime/registry/registry-directory.ts';
import { startServer } from './support.ts';
import { startTokenIssuer } from './token-issuer.ts';

const { signal } = new AbortController();
const directory = new RegistryDirectory();
const ann = { kind: 'basic', username: 'ann', password: 'secret' } as const;
const found = {
  num_results: 2,
  query: 'nginx',
  results: [
    { name: 'nginx', description: 'web server', star_count: 20_000, is_official: true },
    { name: 'team/nginx', description: null, star_count: 3, is_official: false },
  ],
};

describe('a search', () => {
  test('asks the registry that the term names', async () => {
    const asked: string[] = [];
    // docker-registry has no search, and neither has any other program here.
    const host = await startServer((request, response) => {
      asked.push(`${request.url ?? ''} ${request.headers.authorization ?? ''}`);
      response.end(JSON.stringify(found));
    });
    const term = `${host}/library/nginx & more`;
    const search = { term, limit: 25, credentials: ann, signal };
    expect(await directory.search(search)).toEqual([
      { name: 'nginx', description: 'web server', stars: 20_000, isOfficial: true },
      { name: 'team/nginx', description: '', stars: 3, isOfficial: false },
    ]);
    const header = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    expect(asked).toEqual([`/v1/search?q=library%2Fnginx+%26+more&n=25 ${header}`]);
  });

  test('gets a token where one is asked for', async () => {
    const { auth, asked } = await startTokenIssuer({ audience: 'ann' });
    const { realm } = (auth as { token: { realm: string } }).token;
    const host = await startServer((request, response) => {
      if (request.headers.authorization?.startsWith('Bearer ') === true) {
        response.end(JSON.stringify({ results: [] }));
        return;
      }
      response
        .writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="index"` })
        .end();
    });
    const credentials = { kind: 'identity-token', token: 'ann-for-long' } as const;
    const search = { term: `${host}/nginx`, limit: 1, credentials, signal };
    expect(await directory.search(search)).toEqual([]);
    expect(asked.map(({ scopes }) => scopes)).toEqual([['registry:catalog:search']]);
  });

  test.each([
    ['http://registry.test/nginx', 25, 'should not have a scheme'],
    ['nginx', 0, 'limit 0 is outside the range of [1, 100]'],
    ['nginx', 101, 'limit 101 is outside the range of [1, 100]'],
  ])('for "%s", %d of them, is refused', async (term, limit, message) => {
    await expect(
      directory.search({ term, limit, credentials: undefined, signal }),
    ).rejects.toMatchObject({
      code: 'REGISTRY_SEARCH_INVALID',
      message: expect.stringContaining(message) as unknown,
    });
  });

  test.each([
    ['a page', 200, '<html>', 'REGISTRY_RESPONSE_INVALID'],
    ['another shape', 200, '{"results":[{}]}', 'REGISTRY_RESPONSE_INVALID'],
    ['an error', 404, '', 'REGISTRY_REFUSED'],
  ])('that is answered with %s is an error', async (_name, status, body, code) => {
    const host = await startServer((_request, response) => response.writeHead(status).end(body));
    const search = { term: `${host}/nginx`, limit: 5, credentials: undefined, signal };
    await expect(directory.search(search)).rejects.toMatchObject({ code });
  });
});

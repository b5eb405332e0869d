import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';

import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import { RegistryTarget } from '../../../runtime/registry/registry-target.ts';
import { TokenCache } from '../../../runtime/registry/token-cache.ts';
import { makeImage } from '../image/support.ts';
import { connectClient } from './client-fixture.ts';
import { collected, layerOf, outcomes, pushRequest, readBack } from './push-fixture.ts';
import { push, startRegistry } from './support.ts';
import { startTokenIssuer } from './token-issuer.ts';

const ann = { kind: 'basic', username: 'ann', password: 'secret' } as const;
const creds = ['--creds', 'ann:secret'];

let image: ImageBlobs;
beforeAll(async () => {
  image = await makeImage({
    layers: [
      [{ name: 'small', content: 'small' }],
      [{ name: 'large', content: randomBytes(300_000) }],
    ],
  });
});

describe('a token', () => {
  test('is asked for once, however many requests need it', async () => {
    const { auth, asked } = await startTokenIssuer({ audience: 'all' });
    const domain = await startRegistry({ auth });
    await push(image, `${domain}/team/app:v1`);
    asked.length = 0;
    const client = await connectClient(domain);
    const layers = [0, 1].map((i) => layerOf(image, i).digest);
    await Promise.all([
      client.manifest('v1'),
      client.resolve('v1'),
      ...layers.map((layer) => client.hasBlob(layer)),
    ]);
    expect(asked.map(({ scopes }) => scopes)).toEqual([['repository:team/app:pull']]);
  });

  test('is shared by clients with the same cache, and by no others', async () => {
    const { auth, asked } = await startTokenIssuer({ audience: 'all' });
    const domain = await startRegistry({ auth });
    await push(image, `${domain}/team/app:v1`);
    asked.length = 0;
    const tokens = new TokenCache();
    for (let i = 0; i < 2; i += 1) {
      await (await connectClient(domain, { tokens })).manifest('v1');
    }
    expect(asked).toHaveLength(1);
    // With other credentials it is another token.
    await (await connectClient(domain, { tokens, credentials: ann })).manifest('v1');
    expect(asked).toHaveLength(2);
  });

  test('that is about to expire is not used again', async () => {
    const { auth, asked } = await startTokenIssuer({ audience: 'all', lifeSeconds: 300 });
    const domain = await startRegistry({ auth });
    await push(image, `${domain}/team/app:v1`);
    asked.length = 0;
    let aheadMs = 0;
    const clock = { now: () => Date.now() + aheadMs, sleep: () => Promise.resolve() };
    const client = await connectClient(domain, { clock });
    await client.manifest('v1');
    aheadMs = 200_000;
    await client.manifest('v1');
    expect(asked).toHaveLength(1);
    aheadMs = 297_000;
    await client.manifest('v1');
    expect(asked).toHaveLength(2);
  });

  test('that the registry refuses on the way is replaced', async () => {
    // The registry finds it expired; by our clock it is not.
    const { auth, asked } = await startTokenIssuer({ audience: 'all', lifeSeconds: 1 });
    const domain = await startRegistry({ auth });
    await push(image, `${domain}/team/app:v1`);
    const tokens = new TokenCache();
    const stuck = { now: () => 0, sleep: () => Promise.resolve() };
    const client = await connectClient(domain, { tokens, clock: stuck });
    const { digest } = await client.manifest('v1');
    expect(digest).toBe(image.manifestDigest);
    const before = asked.length;
    await tokens.get(
      {
        realm: (auth as { token: { realm: string } }).token.realm,
        service: 'registry',
        scopes: ['repository:team/app:pull'],
        credentials: undefined,
        access: 'online',
      },
      0,
      () => Promise.resolve({ token: 'worthless', expiresAtMs: 1e9, refreshToken: undefined }),
    );
    expect((await client.manifest('v1')).digest).toBe(image.manifestDigest);
    expect(asked.length).toBe(before + 1);
  });

  test('is given for an identity token by POST', async () => {
    const { auth, asked } = await startTokenIssuer({ audience: 'ann' });
    const domain = await startRegistry({ auth });
    await push(image, `${domain}/team/app:v1`, '--dest-creds', 'ann:secret');
    asked.length = 0;
    const credentials = { kind: 'identity-token', token: 'ann-for-long' } as const;
    const client = await connectClient(domain, { credentials });
    expect((await client.manifest('v1')).digest).toBe(image.manifestDigest);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: 'POST', scopes: ['repository:team/app:pull'] });
    expect(asked[0]?.parameters.get('grant_type')).toBe('refresh_token');
    const wrong = { kind: 'identity-token', token: 'of somebody else' } as const;
    const other = await connectClient(domain, { credentials: wrong });
    await expect(other.manifest('v1')).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: `pull access denied for ${domain}/team/app, repository does not exist or may require 'docker login': unauthorized: incorrect username or password`,
    });
  });
});

describe('a push', () => {
  test('asks for a token to pull and push, and is read with one', async () => {
    const { auth, asked } = await startTokenIssuer({ audience: 'ann' });
    const domain = await startRegistry({ auth });
    const request = pushRequest(image, `${domain}/team/app:v1`, { credentials: ann });
    await collected(new RegistryTarget().push(request));
    expect(asked.map(({ scopes }) => scopes)).toEqual([['repository:team/app:pull,push']]);
    const back = await readBack(`${domain}/team/app:v1`, ...creds);
    expect(back.digest).toBe(image.manifestDigest);
  });

  test('that mounts asks for both repositories in one token', async () => {
    const { auth, asked } = await startTokenIssuer({ audience: 'ann' });
    const domain = await startRegistry({ auth });
    const target = new RegistryTarget();
    const first = pushRequest(image, `${domain}/base/os:1`, { credentials: ann });
    await collected(target.push(first));
    asked.length = 0;
    const second = pushRequest(image, `${domain}/team/app:1`, {
      credentials: ann,
      mountCandidates: () => ['base/os'],
    });
    const events = await collected(target.push(second));
    expect(outcomes(events, image)).toEqual(['layer-mounted', 'layer-mounted']);
    expect(asked.map(({ scopes }) => scopes)).toContainEqual([
      'repository:team/app:pull,push',
      'repository:base/os:pull',
    ]);
    // One for all, and one for mounting from there.
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['without credentials', undefined, 'unauthorized: incorrect username or password'],
    [
      'with a wrong password',
      { kind: 'basic', username: 'ann', password: 'wrong' },
      'unauthorized: incorrect username or password',
    ],
  ] as const)('%s is refused in the words of Docker', async (_name, credentials, message) => {
    const { auth } = await startTokenIssuer({ audience: 'ann' });
    const domain = await startRegistry({ auth });
    const request = pushRequest(image, `${domain}/team/app:v1`, { credentials });
    await expect(collected(new RegistryTarget().push(request))).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message,
    });
  });

  test('by somebody who may only pull is denied', async () => {
    const { auth } = await startTokenIssuer({ audience: 'all', withheld: ['push'] });
    const domain = await startRegistry({ auth });
    const request = pushRequest(image, `${domain}/team/app:v1`);
    await expect(collected(new RegistryTarget().push(request))).rejects.toMatchObject({
      code: 'REGISTRY_UNAUTHORIZED',
      message: 'denied: requested access to the resource is denied',
    });
  });
});

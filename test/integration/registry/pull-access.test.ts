import { describe, expect, test } from 'vitest';

import { HttpConnections } from '../../../runtime/host/http-request.ts';
import { usePullFixture } from './pull-fixture.ts';
import { htpasswd, makeCertificate, push, startProxy, startRegistry } from './support.ts';
import { startTokenIssuer } from './token-issuer.ts';

const { image, images, pull, kept } = usePullFixture();

describe('authorization', () => {
  const credentials = { kind: 'basic', username: 'ann', password: 'secret' } as const;

  test('by user and password', async () => {
    const domain = await startRegistry({ auth: await htpasswd() });
    await push(image(), `${domain}/app`, '--dest-creds', 'ann:secret');
    await pull(`${domain}/app`, { credentials });
    expect(await images().list()).toHaveLength(1);
  });

  test.each([
    ['no credentials', undefined],
    ['a wrong password', { kind: 'basic', username: 'ann', password: 'wrong' }],
  ] as const)(
    'by user and password, with %s: an error in the words of Docker',
    async (_name, wrong) => {
      const domain = await startRegistry({ auth: await htpasswd() });
      const before = kept();
      await expect(pull(`${domain}/app`, wrong && { credentials: wrong })).rejects.toMatchObject({
        code: 'REGISTRY_UNAUTHORIZED',
        message: expect.stringContaining(
          `pull access denied for ${domain}/app, repository does not exist or may require 'docker login'`,
        ) as unknown,
      });
      expect(kept()).toEqual(before);
    },
  );

  test('by an anonymous token', async () => {
    const { auth, asked } = await startTokenIssuer({ audience: 'all' });
    const domain = await startRegistry({ auth });
    await push(image(), `${domain}/team/app`);
    asked.length = 0;
    await pull(`${domain}/team/app`);
    expect(await images().list()).toHaveLength(1);
    expect(asked.map(({ scopes }) => scopes)).toEqual([['repository:team/app:pull']]);
    expect(asked[0]?.parameters.get('service')).toBe('registry');
  });

  test('by a token that only a known user gets', async () => {
    const { auth } = await startTokenIssuer({ audience: 'ann' });
    const domain = await startRegistry({ auth });
    await push(image(), `${domain}/app`, '--dest-creds', 'ann:secret');
    await expect(pull(`${domain}/app`)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' });
    await pull(`${domain}/app`, { credentials });
    expect(await images().list()).toHaveLength(1);
  });
});

describe('transport', () => {
  test('a registry on loopback may have any certificate', async () => {
    const domain = await startRegistry({ tls: await makeCertificate() });
    await push(image(), `${domain}/app`);
    await pull(`${domain}/app`);
    expect(await images().list()).toHaveLength(1);
  });

  test('any other must have a valid certificate', async () => {
    const domain = await startRegistry({ tls: await makeCertificate() });
    const connections = new HttpConnections();
    const request = {
      url: new URL(`https://${domain}/v2/`),
      method: 'GET',
      headTimeoutMs: 5000,
      idleTimeoutMs: 5000,
    } as const;
    const unverified = await connections.request({ ...request, certificates: 'none' });
    expect(unverified.status).toBe(200);
    unverified.body.destroy();
    await expect(
      connections.request({ ...request, certificates: 'verified' }),
    ).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    connections.close();
  });

  test('blobs may be kept elsewhere, where the token does not go', async () => {
    const registry = await startRegistry();
    const elsewhere = await startProxy(registry);
    const proxy = await startProxy(registry, ({ path }, response) => {
      if (!path.includes('/blobs/')) return undefined;
      response.writeHead(307, { location: `http://${elsewhere.host}${path}` }).end();
      return 'handled';
    });
    await push(image(), `${registry}/app`);
    await pull(`${proxy.host}/app`, { credentials: { kind: 'registry-token', token: 'secret' } });
    expect(await images().list()).toHaveLength(1);
    expect(new Set(proxy.requests.slice(1).map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer secret']),
    );
    expect(new Set(elsewhere.requests.map(({ authorization }) => authorization))).toEqual(
      new Set([undefined]),
    );
  });
});

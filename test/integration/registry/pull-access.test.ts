import { X509Certificate, createSign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { HttpConnections } from '../../../runtime/host/http-request.ts';
import { temporaryFolder } from '../layer/support.ts';
import { usePullFixture } from './pull-fixture.ts';
import { makeCertificate, push, startProxy, startRegistry, startServer } from './support.ts';

const { image, images, pull, kept } = usePullFixture();

describe('authorization', () => {
  const credentials = { kind: 'basic', username: 'ann', password: 'secret' } as const;

  async function htpasswd(): Promise<object> {
    const path = join(await temporaryFolder(), 'htpasswd');
    // bcrypt of "secret", with the lowest cost: made with crypt(3).
    writeFileSync(path, 'ann:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a');
    return { htpasswd: { realm: 'test', path } };
  }

  /** A token service that gives to all what they ask for, or to ann only. */
  async function tokenAuth(
    audience: 'all' | 'ann',
  ): Promise<{ readonly auth: object; readonly asked: URL[] }> {
    const { certificate, key } = await makeCertificate();
    const asked: URL[] = [];
    const basic = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    const realm = await startServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://tokens');
      asked.push(url);
      if (audience === 'ann' && request.headers.authorization !== basic) {
        response
          .writeHead(401)
          .end('{"errors":[{"code":"UNAUTHORIZED","message":"who are you?"}]}');
        return;
      }
      const [type, name, actions = ''] = (url.searchParams.get('scope') ?? '').split(':');
      const der = new X509Certificate(readFileSync(certificate)).raw.toString('base64');
      const encode = (part: object): string =>
        Buffer.from(JSON.stringify(part)).toString('base64url');
      const now = Math.floor(Date.now() / 1000);
      const claims = {
        iss: 'issuer',
        aud: url.searchParams.get('service'),
        exp: now + 60,
        nbf: now - 60,
        iat: now,
        access: [{ type, name, actions: actions.split(',') }],
      };
      const body = `${encode({ typ: 'JWT', alg: 'RS256', x5c: [der] })}.${encode(claims)}`;
      const signature = createSign('RSA-SHA256')
        .update(body)
        .sign(readFileSync(key))
        .toString('base64url');
      response.end(JSON.stringify({ token: `${body}.${signature}` }));
    });
    const token = {
      realm: `http://${realm}/token`,
      service: 'registry',
      issuer: 'issuer',
      rootcertbundle: certificate,
    };
    return { auth: { token }, asked };
  }

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
    const { auth, asked } = await tokenAuth('all');
    const domain = await startRegistry({ auth });
    await push(image(), `${domain}/team/app`);
    asked.length = 0;
    await pull(`${domain}/team/app`);
    expect(await images().list()).toHaveLength(1);
    expect(asked.map(({ searchParams }) => searchParams.get('scope'))).toEqual([
      'repository:team/app:pull',
    ]);
    expect(asked[0]?.searchParams.get('service')).toBe('registry');
  });

  test('by a token that only a known user gets', async () => {
    const { auth } = await tokenAuth('ann');
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

import { describe, expect, test } from 'vitest';

import { domainOfServer } from '../../../runtime/registry/login.ts';
import { RegistryDirectory } from '../../../runtime/registry/registry-directory.ts';
import { htpasswd, makeCertificate, startRegistry, startServer } from './support.ts';
import { startTokenIssuer } from './token-issuer.ts';

const ann = { kind: 'basic', username: 'ann', password: 'secret' } as const;
const wrong = { ...ann, password: 'wrong' };
const { signal } = new AbortController();
const directory = new RegistryDirectory();

describe('a login', () => {
  test('with user and password works, over http and https', async () => {
    const auth = await htpasswd();
    const plain = await startRegistry({ auth });
    expect(await directory.login(plain, ann, signal)).toEqual({ identityToken: '' });
    const secure = await startRegistry({ auth, tls: await makeCertificate() });
    expect(await directory.login(`https://${secure}/v2/`, ann, signal)).toEqual({
      identityToken: '',
    });
  });

  test('with a wrong password is refused in the words of Docker', async () => {
    const domain = await startRegistry({ auth: await htpasswd() });
    await expect(directory.login(domain, wrong, signal)).rejects.toMatchObject({
      code: 'REGISTRY_LOGIN_REFUSED',
      message: expect.stringContaining(
        `login attempt to http://${domain}/v2/ failed with status: 401 Unauthorized`,
      ) as unknown,
    });
  });

  test('by a token gives an identity token, which logs in, too', async () => {
    const { auth, asked } = await startTokenIssuer({ audience: 'ann' });
    const domain = await startRegistry({ auth });
    const { identityToken } = await directory.login(domain, ann, signal);
    expect(identityToken).toBe('ann-for-long');
    expect(asked[0]?.scopes).toEqual([]);
    const later = { kind: 'identity-token', token: identityToken } as const;
    expect(await directory.login(domain, later, signal)).toEqual({ identityToken });
    expect(asked.at(-1)?.method).toBe('POST');
  });

  test('that the token service refuses says so', async () => {
    const { auth } = await startTokenIssuer({ audience: 'ann' });
    const domain = await startRegistry({ auth });
    await expect(directory.login(domain, wrong, signal)).rejects.toMatchObject({
      code: 'REGISTRY_LOGIN_REFUSED',
      message: `Get "http://${domain}/v2/": unauthorized: incorrect username or password`,
    });
  });

  test('to a registry that asks nobody works', async () => {
    expect(await directory.login(await startRegistry(), ann, signal)).toEqual({
      identityToken: '',
    });
  });

  test('to what is no registry, or is not there, is an error', async () => {
    const host = await startServer((_request, response) => response.writeHead(404).end());
    await expect(directory.login(host, ann, signal)).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
    });
    await expect(directory.login('127.0.0.1:1', ann, signal)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
  });

  test('is never tried over http after https has refused the password', async () => {
    const secure = await startRegistry({ auth: await htpasswd(), tls: await makeCertificate() });
    await expect(directory.login(secure, wrong, signal)).rejects.toMatchObject({
      code: 'REGISTRY_LOGIN_REFUSED',
      message: expect.stringContaining(`https://${secure}/v2/`) as unknown,
    });
  });
});

test.each([
  ['', 'docker.io'],
  ['https://index.docker.io/v1/', 'docker.io'],
  ['docker.io', 'docker.io'],
  ['registry-1.docker.io', 'docker.io'],
  ['registry.test:5000', 'registry.test:5000'],
  ['https://registry.test/v2/', 'registry.test'],
  ['http://[::1]:5000', '[::1]:5000'],
])('the address "%s" is of %s', (server, domain) => {
  expect(domainOfServer(server)).toBe(domain);
});

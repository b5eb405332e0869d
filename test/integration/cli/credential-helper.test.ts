import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CredentialHelper } from '../../../runtime/cli/credentials/credential-helper.ts';
import { CredentialStore } from '../../../runtime/cli/credentials/credential-store.ts';
import { makeHelper } from './credential-helper.ts';

const login = { username: 'me', password: 'p"w\n', identityToken: '', registryToken: '' };
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-helper-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function helperOf(text?: string): Promise<CredentialHelper> {
  const { name, env } = await makeHelper(folder, text);
  return new CredentialHelper(name, env);
}

describe('a credential helper', () => {
  test('keeps, gives and forgets a login', async () => {
    const helper = await helperOf();
    expect(await helper.get('a.example')).toBeUndefined();
    await helper.store('a.example', login);
    expect(await helper.get('a.example')).toEqual(login);
    await helper.erase('a.example');
    await helper.erase('a.example');
    expect(await helper.get('a.example')).toBeUndefined();
  });

  test('keeps a token under the name that stands for one', async () => {
    const { name, env, kept } = await makeHelper(folder);
    const helper = new CredentialHelper(name, env);
    await helper.store('a.example', { ...login, identityToken: 'token' });
    expect(JSON.parse(await readFile(join(kept, 'a.example'), 'utf8'))).toEqual({
      ServerURL: 'a.example',
      Username: '<token>',
      Secret: 'token',
    });
    expect(await helper.get('a.example')).toMatchObject({ identityToken: 'token', password: '' });
  });

  test('that is not there, is told by name', async () => {
    const helper = new CredentialHelper('absent', { PATH: folder });
    await expect(helper.get('a')).rejects.toMatchObject({
      code: 'CREDENTIAL_HELPER_FAILED',
      message: expect.stringMatching(/'docker-credential-absent' is not in PATH/) as string,
      remedy: expect.stringContaining('credsStore') as string,
    });
  });

  test('is not looked for outside of PATH', () => {
    expect(() => new CredentialHelper('../../bin/sh', {})).toThrow(
      expect.objectContaining({ code: 'CREDENTIAL_HELPER_FAILED' }),
    );
  });

  test.each([
    ['echo locked; exit 3', "ended with 3 on 'get': locked"],
    ['echo nothing', 'something else than a JSON object'],
    [`echo '{"Username": "me"}'`, "without 'Username' and 'Secret'"],
    ['kill -9 $$', "ended with 137 on 'get'"],
  ])('that does %s is refused', async (command, words) => {
    const helper = await helperOf(`#!/bin/sh\n${command}\n`);
    await expect(helper.get('a')).rejects.toMatchObject({
      code: 'CREDENTIAL_HELPER_FAILED',
      message: expect.stringContaining(words) as string,
    });
  });
});

describe('the store with helpers', () => {
  async function storeWith(config: object): Promise<CredentialStore> {
    const { env } = await makeHelper(folder);
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    return new CredentialStore({ ...env, DOCKER_CONFIG: folder });
  }
  const config = async (): Promise<unknown> =>
    JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));

  test('asks the helper of a registry, and has the file for all others', async () => {
    const store = await storeWith({ credHelpers: { 'a.example': 'test' } });
    expect(await store.save('a.example', login)).toMatchObject({ kind: 'helper' });
    expect(await store.save('b.example', login)).toMatchObject({ kind: 'file' });
    expect(await config()).toEqual({
      credHelpers: { 'a.example': 'test' },
      // As docker has it: that there is a login, not what it is.
      auths: { 'a.example': {}, 'b.example': { auth: expect.any(String) as string } },
    });
    expect(await store.find('a.example')).toEqual(login);
    expect(await store.find('b.example')).toEqual(login);
    expect(await readFile(join(folder, 'asked'), 'utf8')).not.toContain('b.example');
  });

  test('asks the one helper of all registries, by the key that docker has', async () => {
    const store = await storeWith({ credsStore: 'test' });
    await store.save('https://index.docker.io/v1/', login);
    expect(await store.find('https://index.docker.io/v1/')).toEqual(login);
    expect(await store.forget('https://index.docker.io/v1/')).toBe('forgotten');
    expect(await store.find('https://index.docker.io/v1/')).toBeUndefined();
    expect(await readFile(join(folder, 'asked'), 'utf8')).toContain(
      'erase https://index.docker.io/v1/\n',
    );
    expect(await config()).toEqual({ credsStore: 'test', auths: {} });
  });
});

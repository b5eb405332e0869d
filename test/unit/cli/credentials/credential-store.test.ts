import { chmod, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { registryAuth } from '../../../../runtime/cli/credentials/auth-header.ts';
import { CredentialStore } from '../../../../runtime/cli/credentials/credential-store.ts';
import { dockerHubKey } from '../../../../runtime/cli/credentials/registry-key.ts';
import { memoryConsole } from '../memory-console.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const none = { identityToken: '', registryToken: '' };
const folders: string[] = [];
let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-credentials-'));
  folders.push(folder);
  file = join(folder, 'config.json');
});
afterAll(async () => {
  for (const each of folders) await rm(each, { recursive: true });
});

const store = (): CredentialStore => new CredentialStore({ DOCKER_CONFIG: folder });

async function write(config: unknown, mode = 0o600): Promise<void> {
  await writeFile(file, typeof config === 'string' ? config : JSON.stringify(config));
  await chmod(file, mode);
}

async function read(): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('finding', () => {
  test('nothing where there is no file, and in an empty one', async () => {
    expect(await store().find('ghcr.io')).toBeUndefined();
    await write('');
    expect(await store().find('ghcr.io')).toBeUndefined();
  });

  test('name and password, which may have colons; tokens; old plain fields', async () => {
    await write({
      auths: {
        'a.example': { auth: base64('me:pass:word') },
        'b.example': { auth: base64('me:'), identitytoken: 'token' },
        'c.example': { registrytoken: 'bearer' },
        'd.example': { username: 'me', password: 'word' },
        'e.example': { auth: base64('me:word\0\0') },
        'f.example': {},
      },
    });
    const find = (key: string) => store().find(key);
    expect(await find('a.example')).toEqual({ ...none, username: 'me', password: 'pass:word' });
    expect(await find('b.example')).toMatchObject({ username: 'me', identityToken: 'token' });
    expect(await find('c.example')).toMatchObject({ registryToken: 'bearer' });
    expect(await find('d.example')).toEqual({ ...none, username: 'me', password: 'word' });
    expect(await find('e.example')).toMatchObject({ password: 'word' });
    expect(await find('f.example')).toMatchObject({ username: '', password: '' });
    expect(await find('toString')).toBeUndefined();
  });

  test.each(['http://old.example:5000', 'https://old.example:5000/v1/', 'old.example:5000'])(
    'under the key %s',
    async (key) => {
      await write({ auths: { [key]: { auth: base64('me:word') } } });
      expect(await store().find('old.example:5000')).toMatchObject({ password: 'word' });
      expect(await store().find('old.example')).toBeUndefined();
    },
  );

  test('the exact key first', async () => {
    await write({
      auths: {
        'https://a.example/v1/': { auth: base64('me:old') },
        'a.example': { auth: base64('me:new') },
      },
    });
    expect(await store().find('a.example')).toMatchObject({ password: 'new' });
  });

  test('DOCKER_AUTH_CONFIG before the file, for the registries that it has', async () => {
    await write({ auths: { 'a.example': { auth: base64('me:file') } } });
    const env = {
      DOCKER_CONFIG: folder,
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'b.example': { auth: base64('me:env') } } }),
    };
    expect(await new CredentialStore(env).find('a.example')).toMatchObject({ password: 'file' });
    expect(await new CredentialStore(env).find('b.example')).toMatchObject({ password: 'env' });
  });

  test.each([
    ['{"auths":', 'is no JSON'],
    ['[]', 'holds no object'],
    ['{"auths": 1}', "has no object as 'auths'"],
    ['{"auths": {"a": 1}}', "something unknown as 'auths.a'"],
    ['{"credHelpers": {"a": 1}}', "something unknown as 'credHelpers.a'"],
    ['{"credsStore": 1}', "has no text as 'credsStore'"],
  ])('in %s is refused', async (text, words) => {
    await write(text);
    await expect(store().find('a')).rejects.toMatchObject({
      code: 'CREDENTIALS_FILE_INVALID',
      message: expect.stringContaining(words) as string,
    });
  });

  test('what is no base64 of name:password is refused', async () => {
    await write({ auths: { 'a.example': { auth: base64('no colon') } } });
    await expect(store().find('a.example')).rejects.toMatchObject({
      code: 'CREDENTIALS_FILE_INVALID',
    });
  });
});

describe('keeping', () => {
  const login = { ...none, username: 'me', password: 'word' };

  test('in a new folder and file that others cannot read', async () => {
    const env = { DOCKER_CONFIG: join(folder, 'new') };
    const place = await new CredentialStore(env).save('a.example', login);
    const path = join(folder, 'new', 'config.json');
    expect(place).toEqual({ kind: 'file', path });
    expect(await modeOf(path)).toBe(0o600);
    expect(await modeOf(join(folder, 'new'))).toBe(0o700);
    expect(await new CredentialStore(env).find('a.example')).toEqual(login);
  });

  test('leaves all else as it was, the mode of the file too, and no other file', async () => {
    const before = {
      HttpHeaders: { 'X-Own': 'yes' },
      proxies: { default: { httpProxy: 'http://10.0.0.1' } },
      auths: { 'b.example': { auth: base64('you:there'), email: 'kept@example.org' } },
      future: [1, { two: null }],
    };
    await write(before, 0o640);
    await store().save('a.example', login);
    expect(await read()).toEqual({
      ...before,
      auths: { ...before.auths, 'a.example': { auth: base64('me:word') } },
    });
    expect(await modeOf(file)).toBe(0o640);
    await store().forget('a.example');
    expect(await read()).toEqual(before);
    expect(await readdir(folder)).toEqual(['config.json']);
  });

  test('through a link, which stays one', async () => {
    const real = join(folder, 'real.json');
    await writeFile(real, '{}');
    await symlink(real, file);
    await store().save('a.example', login);
    expect(JSON.parse(await readFile(real, 'utf8'))).toHaveProperty('auths');
    expect(await readdir(folder)).toEqual(['config.json', 'real.json']);
  });

  test('a token takes the place of the password', async () => {
    await store().save('a.example', { ...login, identityToken: 'token' });
    expect(await read()).toEqual({
      auths: { 'a.example': { auth: base64('me:'), identitytoken: 'token' } },
    });
  });

  test('a broken file is never overwritten', async () => {
    await write('{"auths": {"precious"');
    const changes = [() => store().save('a.example', login), () => store().forget('a.example')];
    for (const change of changes) {
      await expect(change()).rejects.toMatchObject({ code: 'CREDENTIALS_FILE_INVALID' });
    }
    expect(await readFile(file, 'utf8')).toBe('{"auths": {"precious"');
  });

  test('where nothing can be written is told', async () => {
    const env = { DOCKER_CONFIG: join(file, 'below') };
    await writeFile(file, 'a file');
    await expect(new CredentialStore(env).save('a', login)).rejects.toMatchObject({
      code: 'CREDENTIALS_NOT_STORED',
    });
  });

  test('forgetting takes old keys of the same registry with it, and others not', async () => {
    await write({
      auths: { 'http://a.example': {}, 'https://a.example/v1/': {}, 'a.example:443': {} },
    });
    expect(await store().forget('a.example')).toBe('forgotten');
    expect(await read()).toEqual({ auths: { 'a.example:443': {} } });
    expect(await store().forget('a.example')).toBe('unknown');
  });
});

describe('the header', () => {
  const decode = (headers: Record<string, string>): unknown =>
    JSON.parse(Buffer.from(headers['X-Registry-Auth'] ?? '', 'base64url').toString('utf8'));

  test('has the login of the registry that the image names', async () => {
    await write({
      auths: {
        [dockerHubKey]: { auth: base64('hub:word') },
        'a.example:5000': { auth: base64('me:wörd'), identitytoken: 'token' },
      },
    });
    const context = { env: { DOCKER_CONFIG: folder }, console: memoryConsole() };
    expect(decode(await registryAuth(context, 'nginx:1'))).toEqual({
      username: 'hub',
      password: 'word',
      serveraddress: dockerHubKey,
    });
    const headers = await registryAuth(context, 'a.example:5000/x/y@sha256:1');
    expect(headers['X-Registry-Auth']).toMatch(/^[\w-]+$/);
    expect(decode(headers)).toEqual({
      username: 'me',
      password: 'wörd',
      serveraddress: 'a.example:5000',
      identitytoken: 'token',
    });
    expect(decode(await registryAuth(context, 'b.example/x'))).toEqual({});
    expect(context.console.text().errors).toBe('');
  });

  test('is empty, with a warning, when the file is broken', async () => {
    await write('{');
    const context = { env: { DOCKER_CONFIG: folder }, console: memoryConsole() };
    expect(decode(await registryAuth(context, 'nginx'))).toEqual({});
    expect(context.console.text().errors).toMatch(/WARNING.*\n.*CREDENTIALS_FILE_INVALID/);
  });
});

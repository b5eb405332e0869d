import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { login } from '../../../../runtime/cli/verbs/login.ts';
import type { ScriptedApi, VerbRun, VerbSurroundings } from '../scripted-api.ts';
import { json, runVerb, scriptedApi } from '../scripted-api.ts';

const folders: string[] = [];
const opened: ScriptedApi[] = [];
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-login-'));
  folders.push(folder);
});
afterEach(() => Promise.all(opened.splice(0).map((api) => api.close())));
afterAll(async () => {
  for (const each of folders) await rm(each, { recursive: true });
});

/** A registry behind an API that takes one password. */
async function start(
  line: readonly string[],
  surroundings: VerbSurroundings & { readonly IdentityToken?: string } = {},
): Promise<VerbRun & { readonly tried: unknown[] }> {
  const tried: unknown[] = [];
  const { IdentityToken = '' } = surroundings;
  const answer = async (request: IncomingMessage): Promise<ReturnType<typeof json>> => {
    const body = (await readJson(request)) as { readonly password?: string };
    tried.push(body);
    return body.password === 'right'
      ? json(200, { Status: 'Login Succeeded', IdentityToken })
      : json(401, { message: 'unauthorized' });
  };
  const api = await scriptedApi({
    'POST /auth': {
      answer: (response, request) =>
        void answer(request).then((respond) => {
          respond(response);
        }),
    },
  });
  opened.push(api);
  const env = { DOCKER_CONFIG: folder };
  return { ...runVerb(login, api.socketPath, line, { env, ...surroundings }), tried };
}

const kept = async (): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('-p is warned of, and Docker Hub is the default', async () => {
  const { exitCode, console, tried } = await start(['-u', 'me', '-p', 'right']);
  expect(await exitCode).toBe(0);
  const { output, errors } = console.text();
  expect(output).toBe('Login Succeeded\n');
  expect(errors).toContain('WARNING! Using --password via the CLI is insecure.');
  const serveraddress = 'https://index.docker.io/v1/';
  expect(tried).toEqual([{ username: 'me', password: 'right', serveraddress }]);
  expect(await kept()).toEqual({ auths: { [serveraddress]: { auth: base64('me:right') } } });
});

test("the registry's token is kept in place of the password", async () => {
  const { exitCode } = await start(['-u', 'me', '-p', 'right', 'https://a.example/v2/'], {
    IdentityToken: 'token',
  });
  expect(await exitCode).toBe(0);
  expect(await kept()).toEqual({
    auths: { 'a.example': { auth: base64('me:'), identitytoken: 'token' } },
  });
});

test('a password from standard input loses its line feed only', async () => {
  const { exitCode, console, tried } = await start(['-u', 'me', '--password-stdin', 'a.example']);
  console.typed.end(' right \r\n');
  await expect(exitCode).rejects.toMatchObject({ code: 'API_ERROR', message: 'unauthorized' });
  expect(tried).toMatchObject([{ password: ' right ' }]);
});

test('what is kept and refused is asked for again', async () => {
  const auths = { 'a.example': { auth: base64('old:wrong') } };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }));
  const { exitCode, console, tried } = await start(['a.example'], { input: 'terminal' });
  console.typed.write('\nright\r');
  expect(await exitCode).toBe(0);
  expect(tried).toMatchObject([
    { username: 'old', password: 'wrong' },
    { username: 'old', password: 'right' },
  ]);
  expect(console.text().output).toBe('Username (old): Password: \r\nLogin Succeeded\n');
  expect(await kept()).toEqual({ auths: { 'a.example': { auth: base64('old:right') } } });
});

test('a secret is edited as a line is', async () => {
  const { exitCode, console, tried } = await start(['a.example'], { input: 'terminal' });
  console.typed.write('me\n');
  console.typed.write('all wrong\u0015rü\u007fighx\b');
  console.typed.write('t\r');
  expect(await exitCode).toBe(0);
  expect(tried).toMatchObject([{ username: 'me', password: 'right' }]);
});

test('Ctrl-C at the question ends it', async () => {
  const { exitCode, console, tried } = await start(['-u', 'me', 'a.example'], {
    input: 'terminal',
  });
  console.typed.write('righ\u0003');
  await expect(exitCode).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(tried).toEqual([]);
});

test.each([
  [['-u', 'me'], 'LOGIN_NEEDS_TERMINAL'],
  [[], 'LOGIN_NEEDS_TERMINAL'],
  [['--password-stdin'], 'OPTION_INVALID'],
  [['-u', 'me', '-p', 'x', '--password-stdin'], 'OPTION_INVALID'],
  [['-u', '', '-p', 'x'], 'OPTION_INVALID'],
  [['-u', 'me', '-p', ''], 'OPTION_INVALID'],
])('%j: nobody can be asked, or it contradicts itself: %s', async (line, code) => {
  const { exitCode, tried } = await start(line);
  await expect(exitCode).rejects.toMatchObject({
    code,
    remedy: expect.stringMatching(/./) as string,
  });
  expect(tried).toEqual([]);
});

test('an empty password on standard input is none', async () => {
  const { exitCode, console } = await start(['-u', 'me', '--password-stdin']);
  console.typed.end('\n');
  await expect(exitCode).rejects.toMatchObject({ code: 'OPTION_INVALID' });
});

test('a broken configuration is told before a password is asked for or sent', async () => {
  await writeFile(join(folder, 'config.json'), '{');
  const { exitCode, tried } = await start(['-u', 'me', '-p', 'right']);
  await expect(exitCode).rejects.toMatchObject({ code: 'CREDENTIALS_FILE_INVALID' });
  expect(tried).toEqual([]);
});

import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { importVerb } from '../../../../runtime/cli/verbs/import.ts';
import { load } from '../../../../runtime/cli/verbs/load.ts';
import { pull } from '../../../../runtime/cli/verbs/pull.ts';
import { push } from '../../../../runtime/cli/verbs/push.ts';
import { save } from '../../../../runtime/cli/verbs/save.ts';
import type { EngineVerb } from '../../../../runtime/cli/verb.ts';
import type { ScriptedAnswer, ScriptedApi, VerbRun } from '../scripted-api.ts';
import { runVerb, scriptedApi } from '../scripted-api.ts';

let folder = '';
const opened: ScriptedApi[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-transfer-'));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((api) => api.close()));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a verb without logins of the machine's. */
async function start(
  verb: EngineVerb,
  line: readonly string[],
  script: Readonly<Record<string, ScriptedAnswer>>,
): Promise<VerbRun> {
  const api = await scriptedApi(script, '1.51');
  opened.push(api);
  return runVerb(verb, api.socketPath, line, { env: { DOCKER_CONFIG: folder } });
}

/** Answers with messages, and keeps what was asked. */
function messages(...all: readonly object[]) {
  const asked: IncomingMessage[] = [];
  const answer = (response: ServerResponse, request: IncomingMessage): void => {
    asked.push(request);
    request.resume();
    response.end(all.map((message) => `${JSON.stringify(message)}\n`).join(''));
  };
  return { asked, answer, queryOf: () => new URL(asked[0]?.url ?? '', 'http://x').searchParams };
}

describe('pull', () => {
  test('one tag, or all of them: then the API gets none', async () => {
    const one = messages({ status: 'Digest: sha256:1' });
    const first = await start(pull, ['a.example/x'], { 'POST /images/create': one });
    expect(await first.exitCode).toBe(0);
    expect(first.console.text().output).toBe(
      'Using default tag: latest\nDigest: sha256:1\na.example/x:latest\n',
    );
    expect(Object.fromEntries(one.queryOf())).toEqual({ fromImage: 'a.example/x', tag: 'latest' });
    expect(one.asked[0]?.headers['x-registry-auth']).toBe('e30');

    const all = messages();
    const second = await start(pull, ['-a', 'a.example/x'], { 'POST /images/create': all });
    expect(await second.exitCode).toBe(0);
    expect(Object.fromEntries(all.queryOf())).toEqual({ fromImage: 'a.example/x' });
    const both = await start(pull, ['-a', 'x:1'], {});
    await expect(both.exitCode).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  test('Ctrl-C ends the request, so that the daemon stops too', async () => {
    const begun = Promise.withResolvers<undefined>();
    const closed = Promise.withResolvers<undefined>();
    const running = await start(pull, ['x'], {
      'POST /images/create': {
        answer: (response) => {
          response.write('{"status":"Downloading","id":"a","progressDetail":{}}\n');
          response.on('close', () => {
            closed.resolve(undefined);
          });
          begun.resolve(undefined);
        },
      },
    });
    await begun.promise;
    running.console.signal('SIGWINCH');
    running.console.signal('SIGINT');
    await expect(running.exitCode).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await closed.promise;
    expect(running.console.listening()).toBe(false);
  });

  test('an error in the stream is one, with the remedy of the daemon', async () => {
    const failing = messages({ error: 'no', errorDetail: { message: 'no', remedy: 'Wait.' } });
    const { exitCode } = await start(pull, ['x'], { 'POST /images/create': failing });
    await expect(exitCode).rejects.toMatchObject({ code: 'IMAGE_PULL_FAILED', remedy: 'Wait.' });
  });
});

describe('push', () => {
  test.each([
    [['a/x:1@sha256:12'], 'names a digest'],
    [['-a', 'a/x:1'], 'names a tag'],
    [['--platform', 'linux', 'a/x'], '--platform'],
  ])('%j is refused', async (line, words) => {
    const { exitCode } = await start(push, line, {});
    await expect(exitCode).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(words) as string,
    });
  });

  test('one platform of an image with several', async () => {
    const sent = messages();
    const line = ['-q', '--platform', 'linux/arm/v7', 'a.example:5000/x/y'];
    const { exitCode, console } = await start(push, line, {
      'POST /images/a.example%3A5000/x/y/push': sent,
    });
    expect(await exitCode).toBe(0);
    expect(JSON.parse(sent.queryOf().get('platform') ?? '')).toEqual({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
    });
    expect(console.text().output).toBe('a.example:5000/x/y:latest\n');
  });

  test('one platform, and the daemon is too old to know what is meant', async () => {
    const api = await scriptedApi({}, '1.45');
    opened.push(api);
    const { exitCode } = runVerb(push, api.socketPath, ['--platform', 'linux/arm64', 'x']);
    await expect(exitCode).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      details: { spoken: '1.45', since: '1.46' },
    });
    expect(api.requests).toEqual([]);
  });

  test('a failure is told as that of a push', async () => {
    const { exitCode } = await start(push, ['x'], {
      'POST /images/x/push': messages({ error: 'denied' }),
    });
    await expect(exitCode).rejects.toMatchObject({ code: 'IMAGE_PUSH_FAILED', message: 'denied' });
  });
});

describe('save', () => {
  const broken: ScriptedAnswer = {
    answer: (response) => {
      response.write('half');
      // Only after the client has the head: it has begun to write then.
      response.socket?.destroySoon();
    },
  };

  test('of several images asks for all of them', async () => {
    const images = messages();
    const { exitCode } = await start(save, ['a', 'b:1'], { 'GET /images/get': images });
    expect(await exitCode).toBe(0);
    expect(images.queryOf().getAll('names')).toEqual(['a', 'b:1']);
  });

  test('that breaks off leaves nothing half-written', async () => {
    const where = await mkdtemp(join(folder, 'save-'));
    const file = join(where, 'x.tar');
    await writeFile(file, 'before');
    const { exitCode } = await start(save, ['-o', file, 'x'], { 'GET /images/get': broken });
    await expect(exitCode).rejects.toMatchObject({ code: 'API_STREAM_BROKEN' });
    expect(await readdir(where)).toEqual(['x.tar']);
    expect(await readFile(file, 'utf8')).toBe('before');
  });

  test('that is interrupted leaves nothing half-written', async () => {
    const where = await mkdtemp(join(folder, 'save-'));
    const begun = Promise.withResolvers<undefined>();
    const running = await start(save, ['-o', join(where, 'x.tar'), 'x'], {
      'GET /images/get': {
        answer: (response) => {
          response.write('half', () => {
            begun.resolve(undefined);
          });
        },
      },
    });
    await begun.promise;
    running.console.signal('SIGTERM');
    await expect(running.exitCode).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await readdir(where)).toEqual([]);
  });

  test('to a device writes to it, and leaves it what it is', async () => {
    const images = messages({});
    const { exitCode } = await start(save, ['-o', '/dev/null', 'x'], { 'GET /images/get': images });
    expect(await exitCode).toBe(0);
    await expect(readdir('/dev')).resolves.not.toContain('.null');
  });

  test('to a folder is refused', async () => {
    const { exitCode } = await start(save, ['-o', folder, 'x'], { 'GET /images/get': messages() });
    await expect(exitCode).rejects.toMatchObject({
      code: 'OUTPUT_NOT_WRITTEN',
      message: expect.stringContaining('folder') as string,
    });
  });
});

describe('import and load', () => {
  test('a URL is fetched by the daemon; changes are given one by one', async () => {
    const asked = messages({ status: 'sha256:1' });
    const line = ['-c', 'ENV A=b', '-c', 'CMD x', '-m', 'm', 'https://x.example/a.tar', 'name:1'];
    const { exitCode, console } = await start(importVerb, line, { 'POST /images/create': asked });
    expect(await exitCode).toBe(0);
    const query = asked.queryOf();
    expect(query.getAll('changes')).toEqual(['ENV A=b', 'CMD x']);
    expect([query.get('fromSrc'), query.get('repo')]).toEqual([
      'https://x.example/a.tar',
      'name:1',
    ]);
    expect(console.text().output).toBe('sha256:1\n');
  });

  test.each([
    [load, ['-i', '/no/such.tar']],
    [load, ['-i', '/']],
    [importVerb, ['/no/such.tar']],
  ])('what cannot be read is told, and nothing is asked of the daemon', async (verb, line) => {
    const { exitCode } = await start(verb, line, {});
    await expect(exitCode).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    expect(opened[0]?.requests).toEqual([]);
  });
});

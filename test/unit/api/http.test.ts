import { Readable } from 'node:stream';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { isAtLeast, refuseUnsupportedVersion } from '../../../runtime/api/http/api-version.ts';
import { createRequestSchema } from '../../../runtime/container/model/create-request.ts';
import { cleanTarget } from '../../../runtime/api/http/clean-path.ts';
import { kernelUuid } from '../../../runtime/host/kernel-uuid.ts';
import { requestIdOf } from '../../../runtime/api/http/request-id.ts';
import { errorResponse } from '../../../runtime/api/http/error-response.ts';
import { Query } from '../../../runtime/api/http/query.ts';
import { readJson } from '../../../runtime/api/http/read-json.ts';
import { parseRequestTarget } from '../../../runtime/api/http/request-target.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';

describe('parseRequestTarget', () => {
  test.each([
    ['/_ping', '1.51', '/_ping'],
    ['/v1.30/info?x=/v1.2/y', '1.30', '/info?x=/v1.2/y'],
    ['/v1.51/images/a/b:c/json', '1.51', '/images/a%2Fb:c/json'],
    ['/images/host:5000/a/b/history?x=1', '1.51', '/images/host:5000%2Fa%2Fb/history?x=1'],
    ['/images/a/b', '1.51', '/images/a%2Fb'],
    ['/images/json', '1.51', '/images/json'],
    ['/images/load?quiet=1', '1.51', '/images/load?quiet=1'],
    ['/v1/x', '1', '/x'],
    ['/version', '1.51', '/version'],
  ])('%s', (raw, version, url) => {
    expect(parseRequestTarget(raw)).toEqual({ version, url });
  });
});

describe('cleanTarget', () => {
  test.each([
    ['//containers/json?all=1&x=//y', '/containers/json?all=1&x=//y'],
    ['/v1.51//containers/./a%20b/../json/', '/v1.51/containers/json/'],
    ['/images/a%2F%2Fb%3Fc/json', '/images/a/b%3Fc/json'],
    ['/..//_ping', '/_ping'],
    ['/containers/json', undefined],
    ['/images/a%2Fb/json?x=/../', undefined],
    ['/images/.a/..b/json', undefined],
    ['//containers/%zz', undefined],
  ])('%s', (raw, clean) => {
    expect(cleanTarget(raw)).toBe(clean);
  });
});

describe('versions', () => {
  test('are compared by number, not by letter', () => {
    expect(isAtLeast('1.9', '1.24')).toBe(false);
    expect(isAtLeast('1.100', '1.51')).toBe(true);
    expect(isAtLeast('1.51', '1.51')).toBe(true);
  });

  test.each(['1.24', '1.51'])('%s is spoken', (version) => {
    expect(() => {
      refuseUnsupportedVersion(version);
    }).not.toThrow();
  });

  test.each(['1.23', '1.52', '2.0', '1'])('%s is not', (version) => {
    expect(() => {
      refuseUnsupportedVersion(version);
    }).toThrow(expect.objectContaining({ code: 'API_VERSION_UNSUPPORTED' }));
  });
});

describe('Query', () => {
  test('reads switches as Docker does', () => {
    const query = new Query('a=1&b=0&c=False&d=yes&e=&f=no&g=none');
    const on = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].filter((name) => query.flag(name));
    expect(on).toEqual(['a', 'd']);
    expect(query.flagOr('h', 'on')).toBe(true);
    expect(query.flagOr('b', 'on')).toBe(false);
  });

  test('reads numbers and words', () => {
    const query = new Query('t=-1&bad=1x&w=two');
    expect(query.integer('t')).toBe(-1);
    expect(query.integer('missing')).toBeUndefined();
    expect(() => query.integer('bad')).toThrow(
      'query parameter "bad" is "1x", wanted a whole number',
    );
    expect(query.word('w', ['one', 'two'])).toBe('two');
    expect(() => query.word('w', ['one'])).toThrow('wanted one of "one"');
  });

  test('reads filters in both forms', () => {
    const read = (json: string): unknown =>
      Object.fromEntries(new Query(`filters=${encodeURIComponent(json)}`).filters());
    expect(read('{"name":["a","b"]}')).toEqual({ name: ['a', 'b'] });
    expect(read('{"name":{"a":true,"b":false}}')).toEqual({ name: ['a'] });
    expect(new Query('').filters().size).toBe(0);
    for (const bad of ['x', '[]', '5', '{"a":5}', '{"a":[5]}', '{"a":{"b":"c"}}', 'null']) {
      expect(() => read(bad)).toThrow(expect.objectContaining({ code: 'API_REQUEST_INVALID' }));
    }
  });
});

describe('readJson', () => {
  const schema = z.object({ a: z.object({ b: z.number() }) });
  const read = (text: string, type = 'application/json; charset=utf-8'): Promise<unknown> =>
    readJson(Readable.from([Buffer.from(text)]), type, schema);

  test('gives what the schema allows, and drops the rest', async () => {
    expect(await read('{"a":{"b":1,"c":2},"d":3}')).toEqual({ a: { b: 1 } });
  });

  test('names the field that is wrong', async () => {
    await expect(read('{"a":{"b":"x"}}')).rejects.toMatchObject({
      code: 'API_REQUEST_INVALID',
      message: expect.stringContaining('a.b: ') as string,
    });
  });

  test('takes the names of fields in any case, as Go does, and leaves the keys of maps', async () => {
    const readCreate = (body: object): Promise<unknown> =>
      readJson(
        Readable.from([Buffer.from(JSON.stringify(body))]),
        'application/json',
        createRequestSchema,
      );
    const labels = { image: 'a', Image: 'b', __proto__x: 'c' };
    const lower = {
      ...{ image: 'bb', cmd: ['true'], eNv: ['A=b'], labels, healthcheck: { test: ['NONE'] } },
      hostconfig: {
        mounts: [
          { type: 'bind', source: '/a', target: '/b', bindoptions: { readonlynonrecursive: true } },
        ],
        logconfig: { type: 'json-file', config: { 'max-size': '1m' } },
        restartpolicy: { name: 'always' },
        portbindings: { '80/tcp': [{ hostport: '8080' }] },
      },
      networkingconfig: { endpointsconfig: { Own: { aliases: ['x'] } } },
    };
    const exact = {
      ...{
        Image: 'bb',
        Cmd: ['true'],
        Env: ['A=b'],
        Labels: labels,
        Healthcheck: { Test: ['NONE'] },
      },
      HostConfig: {
        Mounts: [
          { Type: 'bind', Source: '/a', Target: '/b', BindOptions: { ReadOnlyNonRecursive: true } },
        ],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
        RestartPolicy: { Name: 'always' },
        PortBindings: { '80/tcp': [{ HostPort: '8080' }] },
      },
      NetworkingConfig: { EndpointsConfig: { Own: { Aliases: ['x'] } } },
    };
    const read = await readCreate(exact);
    expect(read).toMatchObject({ config: { Image: 'bb', Labels: labels } });
    expect(await readCreate(lower)).toEqual(read);
    // The last of several counts.
    expect(await readCreate({ Image: 'one', image: 'two' })).toMatchObject({
      config: { Image: 'two' },
    });
  });
});

describe('errorResponse', () => {
  test("has Docker's message, and code and remedy beside it", () => {
    const error = new BerthError('CONTAINER_NOT_FOUND', {
      message: 'No such container: x',
      remedy: 'Look.',
    });
    expect(errorResponse(error, 'r1')).toEqual({
      status: 404,
      body: {
        ...{ message: 'No such container: x', code: 'CONTAINER_NOT_FOUND', remedy: 'Look.' },
        requestId: 'r1',
      },
    });
    expect(errorResponse(new Error('odd'), 'r2')).toEqual({
      status: 500,
      body: { message: 'odd', requestId: 'r2' },
    });
  });
});

describe('the id of a request', () => {
  const idOf = (given?: string): string =>
    requestIdOf({ headers: given === undefined ? {} : { 'x-request-id': given } }, kernelUuid);

  test('is what the client calls it, when that can stand in a log', () => {
    expect(idOf('ci-17:a.b_C')).toBe('ci-17:a.b_C');
  });

  test.each([undefined, '', 'a b', 'x"y', 'a\u2028b', 'a'.repeat(129)])(
    'is random for %j',
    (given) => {
      expect(idOf(given)).toMatch(/^[\da-f]{8}-[\da-f]{4}-4/);
      expect(idOf(given)).not.toBe(idOf(given));
    },
  );
});

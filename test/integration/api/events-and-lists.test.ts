import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { busyboxArchive } from './busybox-image.ts';
import { ask, post, RawConnection } from './raw-http.ts';
import type { HttpAnswer } from './raw-http.ts';
import { TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());
afterEach(() => {
  expect(daemon.problems).toEqual([]);
});

const get = (path: string): Promise<HttpAnswer> => ask(daemon.socket, { path });
const json = (answer: HttpAnswer): Record<string, unknown> =>
  JSON.parse(answer.body) as Record<string, unknown>;

async function create(name: string, config: object): Promise<void> {
  const body = { Image: 'bb', HostConfig: { NetworkMode: 'none' }, ...config };
  const answer = await post(daemon.socket, `/containers/create?name=${name}`, body);
  expect(answer.status).toBe(201);
}

const startIt = (name: string): Promise<HttpAnswer> =>
  post(daemon.socket, `/containers/${name}/start`);
const removeIt = (name: string): Promise<HttpAnswer> =>
  ask(daemon.socket, { method: 'DELETE', path: `/containers/${name}?force=1` });

describe('containers', () => {
  test('are removed once, whoever else asks for it meanwhile', async () => {
    await create('once', { Cmd: ['sleep', '1000'] });
    await startIt('once');
    const removal = { mode: 'kill-first', volumes: 'keep' } as const;
    const [first, second] = await Promise.allSettled([
      daemon.engine.remove('once', removal),
      daemon.engine.remove('once', removal),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({
      reason: {
        code: 'CONTAINER_BEING_REMOVED',
        message: 'removal of container once is already in progress',
      },
    });
    expect((await removeIt('once')).status).toBe(404);
  });

  test('are what the version of the client knows', async () => {
    await create('old', {
      Cmd: ['true'],
      HostConfig: { NetworkMode: 'none', Annotations: { a: 'b' } },
    });
    const list = async (version: string): Promise<unknown> =>
      (JSON.parse((await get(`/v${version}/containers/json?all=1`)).body) as unknown[])[0];
    expect(await list('1.46')).toMatchObject({ HostConfig: { Annotations: { a: 'b' } } });
    expect(await list('1.45')).toMatchObject({ HostConfig: { NetworkMode: 'none' } });
    expect(JSON.stringify(await list('1.45'))).not.toContain('Annotations');
    await startIt('old');
    const waited = await post(daemon.socket, '/v1.29/containers/old/wait?condition=odd');
    expect([waited.status, json(waited)]).toEqual([200, { StatusCode: 0 }]);
    await removeIt('old');
  });

  test.each([
    [
      '/containers/json?filters={"status":["odd"]}',
      400,
      "invalid filter 'status=odd': invalid value for state (odd): must be one of created, running, paused, restarting, removing, exited, dead",
    ],
    [
      '/containers/json?filters={"health":["odd"]}',
      400,
      "invalid filter 'health=odd': invalid value for health (odd): must be one of none, starting, healthy, unhealthy",
    ],
    [
      '/containers/json?filters={"exited":["odd"]}',
      400,
      'invalid filter \'exited=odd\': strconv.Atoi: parsing "odd": invalid syntax',
    ],
    ['/containers/json?filters={"is-task":["x"]}', 400, "invalid filter 'is-task=[x]'"],
    [
      '/containers/json?filters={"publish":["1:2"]}',
      400,
      "filter for 'publish' should not contain ':': 1:2",
    ],
    ['/containers/json?filters={"expose":["9-8"]}', 400, 'error while looking up for expose 9-8'],
    ['/containers/json?filters={"before":["none"]}', 404, 'No such container: none'],
    ['/volumes?filters={"dangling":["x"]}', 400, "invalid filter 'dangling=[x]'"],
  ])('%s gets %i', async (path, status, message) => {
    const answer = await get(path);
    expect(answer.status).toBe(status);
    expect(json(answer)['message']).toContain(message);
  });
});

describe('events', () => {
  test('of the past are told as far as they are kept, and end where the client wants', async () => {
    const since = Date.now() / 1000;
    const events = (query: string): Promise<HttpAnswer> => get(`/v1.51/events?${query}`);
    await create('past', { Cmd: ['true'] });
    await removeIt('past');
    const until = Date.now() / 1000;
    const wanted = encodeURIComponent('{"container":["past"],"type":["container"]}');
    const { body } = await events(`since=${since}&until=${until}&filters=${wanted}`);
    const told = body
      .trim()
      .split('\r\n')
      .map((line) => JSON.parse(line) as { id: string });
    expect(told).toMatchObject([
      { status: 'create', Type: 'container', Action: 'create', scope: 'local' },
      { status: 'destroy', Actor: { Attributes: { name: 'past' } } },
    ]);
    expect((await events('until=1')).body).toBe('');
    const turned = await events(`since=2000000002&until=2000000001`);
    expect([turned.status, JSON.parse(turned.body)]).toMatchObject([
      400,
      { message: '`since` time (2000000002) cannot be after `until` time (2000000001)' },
    ]);
    // No more than Docker keeps; the oldest are forgotten.
    await create('many', {});
    for (let i = 0; i < 256; i += 1) {
      const name = i === 0 ? 'many' : `many${(i + 1) % 2}`;
      const path = `/containers/${name}/rename?name=many${i % 2}`;
      expect((await post(daemon.socket, path)).status).toBe(204);
    }
    const all = await events(`since=0&until=${Date.now() / 1000}`);
    expect(all.body.trim().split('\r\n')).toHaveLength(256);
    expect(all.body).not.toContain('"past"');
    await removeIt('many1');
  });

  test('tell of a whole life', async () => {
    const events = new RawConnection(daemon.socket);
    const filters = encodeURIComponent('{"container":["life"]}');
    events.send(`GET /events?filters=${filters} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await events.sees('200 OK');
    await create('life', { Cmd: ['true'] });
    const exited = post(daemon.socket, '/containers/life/wait?condition=next-exit');
    await startIt('life');
    await exited;
    await removeIt('life');
    const text = await events.sees('"Action":"destroy"');
    const actions = [...text.matchAll(/"Action":"(\w+)"/g)].map(([, action]) => action);
    expect(actions).toEqual(['create', 'start', 'die', 'destroy']);
    expect(text).toContain('"exitCode":"0"');
    events.socket.destroy();
  });
});

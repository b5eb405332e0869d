import { describe, expect, test } from 'vitest';

import { useImageBench } from './image-bench.ts';
import { RawConnection } from './raw-http.ts';

const bench = useImageBench();
const { must, make, get } = bench;

const base = [{ name: 'base', content: 'x'.repeat(1000) }];
const layer = (name: string) => [{ name, content: name }];

const prune = async (filters: object): Promise<unknown> => {
  const path = `/images/prune?filters=${encodeURIComponent(JSON.stringify(filters))}`;
  const { status, body } = await bench.ask({ method: 'POST', path });
  return { status, ...(JSON.parse(body) as object) };
};

describe('pruning', () => {
  test('removes what has no tag and nobody needs', async () => {
    await make({ reference: 'app:1', layers: [base] });
    const id = await must('images', '-q', '--no-trunc');
    await make({ reference: 'app:1', layers: [base, layer('b')] });
    expect(await prune({})).toEqual({
      status: 200,
      ImagesDeleted: [{ Deleted: id }],
      // The other image has the layer, too.
      SpaceReclaimed: 0,
    });
    expect(await prune({})).toEqual({ status: 200, ImagesDeleted: null, SpaceReclaimed: 0 });
    expect(await must('images', '--format', '{{.Repository}}')).toBe('app');
  });

  test('of all that is unused leaves what a container uses, with all its names', async () => {
    await make({ reference: 'used:1', layers: [base] });
    await make({ reference: 'unused:1', layers: [base, layer('b')] });
    await must('tag', 'used:1', 'used:2');
    await must('tag', 'unused:1', 'unused:2');
    await must('create', '--network', 'none', 'used:1');
    const id = await must('image', 'inspect', '-f', '{{.Id}}', 'unused:1');
    expect(await prune({ dangling: ['false'] })).toEqual({
      status: 200,
      ImagesDeleted: [
        { Untagged: 'unused:1' },
        { Untagged: 'unused:2' },
        { Deleted: id },
        { Deleted: expect.stringMatching(/^sha256:/) as unknown },
      ],
      SpaceReclaimed: 1,
    });
    expect(await must('images', '--format', '{{.Tag}}', 'used')).toBe('1\n2');
  });

  test('goes by labels and age', async () => {
    await make({ reference: 'old:1', layers: [base], created: '2020-01-01T00:00:00Z' });
    await make({
      reference: 'kept:1',
      layers: [layer('k')],
      created: '2020-01-01T00:00:00Z',
      config: { Labels: { keep: 'yes' } },
    });
    await make({ reference: 'new:1', layers: [layer('n')], created: '2022-01-01T00:00:00Z' });
    const filters = { dangling: ['false'], until: ['2021-01-01'], 'label!': ['keep'] };
    expect(await prune(filters)).toMatchObject({ SpaceReclaimed: 1000 });
    expect(await must('images', '--format', '{{.Repository}}')).toBe('new\nkept');
    await prune({ dangling: ['false'], label: ['keep=yes'] });
    expect(await must('images', '--format', '{{.Repository}}')).toBe('new');
    expect(await prune({ until: ['1', '2'] })).toMatchObject({ status: 400 });
    expect(await prune({ before: ['new'] })).toMatchObject({ status: 400 });
  });
});

describe('system df', () => {
  test('has what was asked for, and null for the rest', async () => {
    await make({ reference: 'one:1', layers: [base, layer('b')] });
    await make({ reference: 'two:1', layers: [base] });
    await must('create', '--name', 'user', '--network', 'none', 'one:1');
    const all = await get<Record<string, unknown>>('/v1.51/system/df');
    expect(all).toMatchObject({
      LayersSize: 1001,
      Images: expect.arrayContaining([
        expect.objectContaining({
          RepoTags: ['one:1'],
          Size: 1001,
          SharedSize: 1000,
          Containers: 1,
        }),
        expect.objectContaining({
          RepoTags: ['two:1'],
          Size: 1000,
          SharedSize: 1000,
          Containers: 0,
        }),
      ]) as unknown,
      Containers: [{ Names: ['/user'], SizeRw: 0, SizeRootFs: 1001 }],
      Volumes: [],
      BuildCache: [],
    });
    expect(await get('/v1.51/system/df?type=volume&type=build-cache')).toEqual({
      LayersSize: 0,
      Images: null,
      Containers: null,
      Volumes: [],
      BuildCache: [],
    });
    expect(await get('/v1.41/system/df?type=volume')).toHaveProperty('Images.0');
    const unknown = await bench.ask({ path: '/system/df?type=nonsense' });
    expect(unknown).toMatchObject({ status: 400 });
    expect(unknown.body).toContain('unknown object type: nonsense');
  });
});

describe('removing', () => {
  test('of another platform is refused; several are, too', async () => {
    await make({ reference: 'app:1', layers: [base] });
    const remove = (...platforms: readonly object[]): ReturnType<typeof bench.ask> => {
      const query = platforms.map((it) => `platforms=${encodeURIComponent(JSON.stringify(it))}`);
      return bench.ask({ method: 'DELETE', path: `/v1.50/images/app:1?${query.join('&')}` });
    };
    const other = { os: 'linux', architecture: 's390x' };
    expect(await remove(other)).toMatchObject({ status: 404 });
    expect(await remove(other, other)).toMatchObject({ status: 400 });
    const own = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : 'arm64' };
    expect(await remove(own)).toMatchObject({ status: 200 });
  });
});

test('events tell what happened to images', async () => {
  const events = new RawConnection(bench.daemon.socket);
  events.send(
    'GET /events?filters=%7B%22type%22%3A%5B%22image%22%5D%7D HTTP/1.1\r\nHost: x\r\n\r\n',
  );
  await events.sees('200 OK');
  await make({ reference: 'app:1', layers: [base], config: { Labels: { team: 'a' } } });
  const id = await must('images', '-q', '--no-trunc');
  await must('tag', 'app:1', 'app:2');
  await must('save', '-o', `${bench.daemon.root}/saved.tar`, 'app:1');
  await must('create', '--name', 'no-image-event', '--network', 'none', 'app:1');
  await must('rm', 'no-image-event');
  await must('rmi', 'app:2', 'app:1');
  await must('image', 'prune', '-f');
  const text = await events.sees('"prune"');
  events.socket.destroy();
  const seen = text
    .split(/\r?\n/)
    .filter((line) => line.startsWith('{'))
    .map(
      (line) => JSON.parse(line) as { Action: string; Actor: { ID: string; Attributes: object } },
    );
  const name = (value: string): object => ({ name: value, team: 'a' });
  expect(seen.map(({ Action, Actor }) => [Action, Actor.ID, Actor.Attributes])).toEqual([
    ['load', id, name(id)],
    ['tag', id, name('app:2')],
    ['save', id, name(id)],
    ['untag', id, name(id)],
    ['untag', id, name(id)],
    ['delete', id, name(id)],
    ['prune', '', { reclaimed: '0' }],
  ]);
});

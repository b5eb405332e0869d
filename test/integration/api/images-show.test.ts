import { describe, expect, test } from 'vitest';

import { useImageBench } from './image-bench.ts';

const bench = useImageBench();
const { must, fails, make, get } = bench;

const base = [{ name: 'base', content: 'x'.repeat(1000) }];
const layer = (name: string, bytes = 10) => [{ name, content: name[0]?.repeat(bytes) ?? '' }];

interface Summary {
  readonly Id: string;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  readonly Size: number;
  readonly VirtualSize?: number;
  readonly SharedSize: number;
  readonly Containers: number;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Descriptor?: { readonly digest: string };
  readonly Manifests?: readonly Readonly<Record<string, unknown>>[];
}

const filters = (filter: object): string => `filters=${encodeURIComponent(JSON.stringify(filter))}`;

async function tags(filter: object): Promise<readonly string[]> {
  const images = await get<readonly Summary[]>(`/v1.51/images/json?${filters(filter)}`);
  return images.flatMap(({ RepoTags }) => RepoTags);
}

describe('the list', () => {
  test('has every field as the client version knows it', async () => {
    await make({ reference: 'app:1', layers: [base], config: { Labels: { team: 'a' } } });
    const at = async (version: string): Promise<Summary> =>
      (await get<readonly Summary[]>(`/v${version}/images/json`))[0] as Summary;
    expect(await at('1.51')).toMatchObject({
      ParentId: '',
      RepoTags: ['app:1'],
      RepoDigests: [],
      Created: Date.parse('2020-01-02T03:04:05Z') / 1000,
      Size: 1000,
      SharedSize: -1,
      Labels: { team: 'a' },
      Containers: 0,
      Descriptor: { mediaType: 'application/vnd.oci.image.manifest.v1+json' },
    });
    expect(await at('1.51')).not.toHaveProperty('VirtualSize');
    expect(await at('1.50')).toMatchObject({ Containers: -1 });
    expect(await at('1.47')).not.toHaveProperty('Descriptor');
    expect(await at('1.43')).toMatchObject({ VirtualSize: 1000 });
    expect(await at('1.24')).toMatchObject({ VirtualSize: 1000, Size: 1000 });
  });

  test('shows an image without names as old clients expect it', async () => {
    await make({ reference: 'app:1', layers: [base] });
    await make({ reference: 'app:1', layers: [layer('b')] });
    const dangling = filters({ dangling: ['true'] });
    const [now] = await get<readonly Summary[]>(`/v1.43/images/json?${dangling}`);
    expect(now).toMatchObject({ RepoTags: [], RepoDigests: [] });
    const [old] = await get<readonly Summary[]>(`/v1.42/images/json?${dangling}`);
    expect(old).toMatchObject({ RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] });
  });

  test('counts what images share, when asked to', async () => {
    await make({ reference: 'one:1', layers: [base, layer('b', 20)] });
    await make({
      reference: 'two:1',
      layers: [base, layer('c', 30)],
      created: '2021-01-01T00:00:00Z',
    });
    const images = await get<readonly Summary[]>('/v1.51/images/json?shared-size=1');
    expect(images.map(({ Size, SharedSize }) => [Size, SharedSize])).toEqual([
      [1030, 1000],
      [1020, 1000],
    ]);
  });

  test('has the manifests that docker images --tree shows', async () => {
    await make({ reference: 'one:1', layers: [base] });
    await must('create', '--name', 'user', '--network', 'none', 'one:1');
    const id = await must('ps', '-aq', '--no-trunc');
    const [image] = await get<readonly Summary[]>('/v1.47/images/json?manifests=1');
    expect(image?.Manifests).toEqual([
      expect.objectContaining({
        ID: expect.stringMatching(/^sha256:/) as unknown,
        Available: true,
        Kind: 'image',
        Size: { Content: expect.any(Number) as unknown, Total: expect.any(Number) as unknown },
        ImageData: {
          Platform: expect.objectContaining({ os: 'linux' }) as unknown,
          Size: { Unpacked: 1000 },
          Containers: [id],
        },
      }),
    ]);
    const [older] = await get<readonly Summary[]>('/v1.46/images/json?manifests=1');
    expect(older).not.toHaveProperty('Manifests');
  });

  test('is filtered', async () => {
    const images = [
      ['reg.io/team/app:1', '2020-01-01T00:00:00Z', { team: 'a' }],
      ['reg.io/team/app:2', '2021-01-01T00:00:00Z', { team: 'b', old: '' }],
      ['busybox:1', '2022-01-01T00:00:00Z', {}],
    ] as const;
    for (const [index, [reference, created, Labels]] of images.entries()) {
      await make({ reference, created, config: { Labels }, layers: [layer(String(index))] });
    }
    const [one, two, busybox] = images.map(([reference]) => reference);
    expect(await tags({})).toEqual([busybox, two, one]);
    expect(await tags({ before: [two] })).toEqual([one]);
    expect(await tags({ before: [two, busybox] })).toEqual([one]);
    expect(await tags({ since: [one] })).toEqual([busybox, two]);
    expect(await tags({ until: ['2020-06-01'] })).toEqual([one]);
    expect(await tags({ label: ['team'] })).toEqual([two, one]);
    expect(await tags({ label: ['team=a'] })).toEqual([one]);
    expect(await tags({ label: ['team', 'old'] })).toEqual([two]);
    expect(await tags({ 'label!': ['team=a'] })).toEqual([busybox, two]);
    expect(await tags({ reference: ['busy*'] })).toEqual([busybox]);
    expect(await tags({ reference: ['*'] })).toEqual([busybox]);
    expect(await tags({ reference: ['reg.io/team/app'] })).toEqual([two, one]);
    expect(await tags({ reference: ['*/*/app:[1]'] })).toEqual([one]);
    expect(await tags({ reference: ['*/app'] })).toEqual([]);
    expect(await tags({ reference: ['nothing', '*box'] })).toEqual([busybox]);
    expect(await tags({ dangling: ['true'] })).toEqual([]);
    expect(await tags({ dangling: ['false'], label: ['old'] })).toEqual([two]);
    const old = await get<readonly Summary[]>('/v1.40/images/json?filter=busybox');
    expect(old.flatMap(({ RepoTags }) => RepoTags)).toEqual([busybox]);
  });

  test.each([
    [{ nonsense: ['1'] }, 400, /invalid filter 'nonsense'/],
    [{ dangling: ['x'] }, 400, /invalid filter 'dangling=\[x\]'/],
    [{ reference: ['['] }, 400, /syntax error in pattern/],
    [{ until: ['never'] }, 400, /invalid filter 'until=never'/],
    [{ before: ['nothing'] }, 404, /No such image: nothing:latest/],
  ])('refuses the filter %j', async (filter, status, message) => {
    const answer = await bench.ask({ path: `/images/json?${filters(filter)}` });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(message);
  });
});

describe('an image', () => {
  test('is inspected with the fields of the client version', async () => {
    await make({
      reference: 'app:1',
      layers: [base],
      created: '2020-01-02T03:04:05.123456789Z',
      platform: { author: 'me', docker_version: '20.10', variant: 'v8' },
    });
    const at = (version: string, query = ''): Promise<Record<string, unknown>> =>
      get(`/v${version}/images/app:1/json${query}`);
    const now = await at('1.51');
    expect(now).toMatchObject({
      Created: '2020-01-02T03:04:05.123456789Z',
      Author: 'me',
      DockerVersion: '20.10',
      Variant: 'v8',
      Size: 1000,
      Parent: '',
      RootFS: { Type: 'layers' },
      Descriptor: { size: expect.any(Number) as unknown },
    });
    expect(now['Config']).toEqual({
      Cmd: ['/bin/true'],
      Entrypoint: null,
      Env: null,
      Labels: null,
      OnBuild: null,
      User: '',
      Volumes: null,
      WorkingDir: '',
    });
    for (const field of ['VirtualSize', 'ContainerConfig', 'Manifests']) {
      expect(now).not.toHaveProperty(field);
    }
    expect((await at('1.49'))['Config']).toMatchObject({ Tty: false, Hostname: '' });
    expect(await at('1.47')).not.toHaveProperty('Descriptor');
    expect(await at('1.44')).toMatchObject({ ContainerConfig: { Cmd: null } });
    expect(await at('1.43')).toMatchObject({ VirtualSize: 1000 });
    expect(await at('1.48', '?manifests=1')).toMatchObject({ Manifests: [{ Kind: 'image' }] });
  });

  test('is there for its own platform, and no other', async () => {
    await make({ reference: 'app:1', layers: [base] });
    const ask = (platform: object, path = 'json', more = ''): ReturnType<typeof bench.ask> =>
      bench.ask({
        path: `/v1.49/images/app:1/${path}?platform=${encodeURIComponent(JSON.stringify(platform))}${more}`,
      });
    const own = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : 'arm64' };
    expect(await ask(own)).toMatchObject({ status: 200 });
    expect(await ask(own, 'history')).toMatchObject({ status: 200 });
    const other = await ask({ os: 'linux', architecture: 's390x' });
    expect(other.status).toBe(404);
    expect(other.body).toContain(
      'image with reference app:1 was found but does not provide the specified platform (linux/s390x)',
    );
    expect(await ask({ os: 'linux' })).toMatchObject({ status: 400 });
    expect(await ask(own, 'json', '&manifests=1')).toMatchObject({ status: 400 });
    // Older clients do not mean it.
    const old = await bench.ask({ path: '/v1.48/images/app:1/json?platform=nonsense' });
    expect(old.status).toBe(200);
  });

  test('has its history, with the size of each layer', async () => {
    const step = (created_by: string, more: object = {}) => ({
      created: '2020-01-01T00:00:00Z',
      created_by,
      ...more,
    });
    await make({
      reference: 'app:1',
      layers: [base, layer('b', 20)],
      platform: {
        history: [
          step('ADD base'),
          step('ENV A=b', { empty_layer: true }),
          step('COPY b', { comment: 'buildkit' }),
        ],
      },
    });
    const history = await get<readonly object[]>('/images/app:1/history');
    const id = await must('images', '-q', '--no-trunc', 'app:1');
    const Created = Date.parse('2020-01-01T00:00:00Z') / 1000;
    expect(history).toEqual([
      { Id: id, Created, CreatedBy: 'COPY b', Tags: ['app:1'], Size: 20, Comment: 'buildkit' },
      { Id: '<missing>', Created, CreatedBy: 'ENV A=b', Tags: null, Size: 0, Comment: '' },
      { Id: '<missing>', Created, CreatedBy: 'ADD base', Tags: null, Size: 1000, Comment: '' },
    ]);
    expect(await must('history', '--format', '{{.Size}}', 'app:1')).toBe('20B\n0B\n1kB');
  });

  test('gets names, and none that means something else', async () => {
    await make({ reference: 'app:1', layers: [base] });
    await must('tag', 'app:1', 'reg.io/team/app');
    expect(await must('images', '-q', 'reg.io/team/app:latest')).not.toBe('');
    const tag = (query: string): ReturnType<typeof bench.ask> =>
      bench.ask({ method: 'POST', path: `/images/app:1/tag?${query}` });
    expect(await tag('repo=a:1&tag=2')).toMatchObject({ status: 201 });
    expect(await must('images', '--format', '{{.Tag}}', 'a')).toBe('2');
    const digest = `sha256:${'0'.repeat(64)}`;
    for (const [query, message] of [
      ['repo=sha256&tag=1', 'refusing to create an ambiguous tag using digest algorithm as name'],
      [`repo=app@${digest}`, 'refusing to create a tag with a digest reference'],
      ['repo=APP', 'repository name (library/APP) must be lowercase'],
      ['repo=app&tag=.', 'invalid reference format'],
      ['tag=1', 'invalid reference format'],
    ] as const) {
      const answer = await tag(query);
      expect(answer.status).toBe(400);
      expect(answer.body).toContain(message);
    }
    expect(await fails('tag', 'nothing', 'a:1')).toContain('No such image: nothing:latest');
  });
});

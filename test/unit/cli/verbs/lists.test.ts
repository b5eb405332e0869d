import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { system } from '../../../../runtime/cli/groups/system.ts';
import { diff } from '../../../../runtime/cli/verbs/diff.ts';
import { history } from '../../../../runtime/cli/verbs/history.ts';
import { images } from '../../../../runtime/cli/verbs/images.ts';
import { manifestInspect } from '../../../../runtime/cli/verbs/manifest-inspect.ts';
import { search } from '../../../../runtime/cli/verbs/search.ts';
import { systemDf } from '../../../../runtime/cli/verbs/system-df.ts';
import type { EngineVerb } from '../../../../runtime/cli/verb.ts';
import type { ScriptedApi } from '../scripted-api.ts';
import { json, runVerb, scriptedApi } from '../scripted-api.ts';

const opened: ScriptedApi[] = [];
afterEach(() => Promise.all(opened.splice(0).map((api) => api.close())));

const id = `sha256:${'5c16ceee9324'.padEnd(64, '0')}`;

/** What a verb prints when the API answers with `answer`; the clock stands at 0. */
async function printed(
  verb: EngineVerb,
  line: readonly string[],
  answers: Readonly<Record<string, unknown>>,
): Promise<string> {
  const script = Object.entries(answers).map(([key, answer]) => [
    key,
    { answer: json(200, answer) },
  ]);
  const api = await scriptedApi(Object.fromEntries(script) as Parameters<typeof scriptedApi>[0]);
  opened.push(api);
  const { exitCode, console } = runVerb(verb, api.socketPath, line, {
    env: { DOCKER_CONFIG: '/nonexistent' },
  });
  expect(await exitCode).toBe(0);
  return console.text().output;
}

describe('history', () => {
  const createdBy = '/bin/sh -c\techo a line that is longer than forty-five characters';
  const answers = {
    'GET /images/a/history': [
      {
        Id: id,
        Created: 946_684_801,
        CreatedBy: createdBy,
        Size: 1_982_256,
        Comment: 'c',
        Tags: null,
      },
      { Id: '<missing>', Created: 0, CreatedBy: 'FROM', Size: 0, Comment: '', Tags: null },
    ],
  };

  test("is docker's table", async () => {
    expect(await printed(history, ['a'], answers)).toBe(
      [
        'IMAGE          CREATED                  CREATED BY                                      SIZE      COMMENT',
        '5c16ceee9324   Less than a second ago   /bin/sh -c echo a line that is longer than f…   1.98MB    c',
        '<missing>      N/A                      FROM                                            0B        ',
        '',
      ].join('\n'),
    );
  });

  test.each([['--no-human'], ['--human=false']])('%s: bytes and times', async (option) => {
    const text = await printed(history, [option, '--no-trunc', 'a'], answers);
    expect(text).toMatch(/^IMAGE +CREATED AT +/);
    expect(text).toContain(
      `${id}   2000-01-01T00:00:01Z   ${createdBy.replace('\t', ' ')}   1982256`,
    );
  });

  test('ids, rows and the answer itself', async () => {
    expect(await printed(history, ['-q', 'a'], answers)).toBe('5c16ceee9324\n<missing>\n');
    const rows = (await printed(history, ['--format', 'json', 'a'], answers)).split('\n');
    expect(JSON.parse(rows[0] ?? '')).toEqual({
      Comment: 'c',
      CreatedAt: '2000-01-01T00:00:01Z',
      CreatedBy: '/bin/sh -c echo a line that is longer than f…',
      CreatedSince: 'Less than a second ago',
      ID: '5c16ceee9324',
      Size: '1.98MB',
    });
    expect(JSON.parse(await printed(history, ['--json', 'a'], answers))).toEqual(
      answers['GET /images/a/history'],
    );
  });
});

describe('system df', () => {
  const usage = {
    LayersSize: 1000,
    Images: [
      { Id: id, RepoTags: ['a:1'], RepoDigests: [], Size: 700, SharedSize: 300, Containers: 1 },
      { Id: id, RepoTags: ['b:1'], RepoDigests: [], Size: 600, SharedSize: 300, Containers: 0 },
    ],
    Containers: [
      { Id: 'one', Names: ['/one'], Image: 'a:1', State: 'running', SizeRw: 100 },
      { Id: 'two', Names: ['/two'], Image: 'a:1', State: 'exited', SizeRw: 300 },
    ],
    Volumes: [
      { Name: 'used', UsageData: { RefCount: 1, Size: 10 } },
      { Name: 'free', UsageData: { RefCount: 0, Size: 30 } },
    ],
    BuildCache: null,
  };

  test("sums up as docker's client does", async () => {
    const text = [
      'TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE',
      'Images          2         1         1kB       600B (60%)',
      'Containers      2         1         400B      300B (75%)',
      'Local Volumes   2         1         40B       30B (75%)',
      'Build Cache     0         0         0B        0B',
      '',
    ].join('\n');
    expect(await printed(systemDf, [], { 'GET /system/df': usage })).toBe(text);
    expect(await printed(system, ['df'], { 'GET /system/df': usage })).toBe(text);
  });

  test('-v has a line for each thing', async () => {
    const text = await printed(systemDf, ['-v'], { 'GET /system/df': usage });
    expect(text).toMatch(/\na +1 +5c16ceee9324 +N\/A +700B +300B +400B +1\n/);
    expect(text).toMatch(/\none +a:1 +\"\" +0 +100B +N\/A +one\n/);
    expect(text).toMatch(/\nVOLUME NAME +LINKS +SIZE\nused +1 +10B\nfree +0 +30B\n$/);
  });
});

describe('images --tree', () => {
  const manifest = (architecture: string, available: boolean, Containers: readonly string[]) => ({
    ID: `sha256:${architecture.padEnd(64, '0')}`,
    Kind: 'image',
    Available: available,
    Size: { Content: 100, Total: available ? 300 : 0 },
    ImageData: { Platform: { os: 'linux', architecture }, Containers },
  });
  const attestation = { ID: id, Kind: 'attestation', Available: true, Size: { Content: 5 } };

  test('has a line for each name and each platform, and marks what is used', async () => {
    const answer = [
      { Id: id, Size: 50, RepoTags: [], Containers: 0 },
      {
        ...{ Id: id, Size: 400, RepoTags: ['b:2', 'b:1'], Containers: -1 },
        Manifests: [manifest('amd64', true, ['c']), manifest('arm64', false, []), attestation],
      },
    ];
    expect(await printed(images, ['--tree'], { 'GET /images/json': answer })).toBe(
      [
        'IMAGE            ID             DISK USAGE   CONTENT SIZE   EXTRA',
        'b:1',
        'b:2              5c16ceee9324   400B         205B           U',
        '├─ linux/amd64   amd640000000   300B         100B           U',
        '└─ linux/arm64   arm640000000   0B           not here',
        // A daemon that does not tell its manifests.
        '<untagged>       5c16ceee9324   50B          N/A',
        '',
      ].join('\n'),
    );
  });
});

test('search: a table, rows, whole descriptions', async () => {
  const found = {
    name: 'nginx',
    description: `Official build\nof Nginx, with ${'many '.repeat(9)}words`,
    star_count: 20_000,
    is_official: true,
  };
  const other = { name: 'a/b', description: '', star_count: 0, is_official: false };
  const answers = { 'GET /images/search': [found, other] };
  expect(await printed(search, ['nginx'], answers)).toBe(
    [
      'NAME      DESCRIPTION                                     STARS     OFFICIAL',
      'nginx     Official build of Nginx, with many many many…   20000     [OK]',
      'a/b                                                       0         ',
      '',
    ].join('\n'),
  );
  const [row = ''] = (
    await printed(search, ['--format', 'json', '--no-trunc', 'nginx'], answers)
  ).split('\n');
  expect(JSON.parse(row)).toEqual({
    Description: found.description.replace('\n', ' '),
    IsOfficial: 'true',
    Name: 'nginx',
    StarCount: '20000',
  });
});

test('diff: a letter for each kind of change', async () => {
  const changes = [
    { Path: '/etc', Kind: 0 },
    { Path: '/new', Kind: 1 },
    { Path: '/old', Kind: 2 },
  ];
  const answers = { 'GET /containers/c/changes': changes };
  expect(await printed(diff, ['c'], answers)).toBe('C /etc\nA /new\nD /old\n');
  expect(await printed(diff, ['c'], { 'GET /containers/c/changes': null })).toBe('');
});

describe('manifest inspect', () => {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = { schemaVersion: 2, mediaType, layers: [] };
  const digest = `sha256:${createHash('sha256').update(JSON.stringify(manifest)).digest('hex')}`;
  const platform = { os: 'linux', architecture: 'amd64' };
  const index = { schemaVersion: 2, manifests: [{ mediaType, digest, size: 1, platform }] };
  const answers = {
    'GET /berth/manifests/a.example%3A5000/x%3A1': index,
    [`GET /berth/manifests/a.example%3A5000/x%40${encodeURIComponent(digest)}`]: manifest,
  };

  test('prints what the registry has', async () => {
    const text = await printed(manifestInspect, ['a.example:5000/x:1'], answers);
    expect(text).toBe(`${JSON.stringify(index, undefined, '\t')}\n`);
  });

  test('-v of an index prints all its manifests, with digest, size and platform', async () => {
    const text = await printed(manifestInspect, ['-v', 'a.example:5000/x:1'], answers);
    const size = JSON.stringify(manifest).length;
    expect(JSON.parse(text)).toEqual([
      {
        Ref: `a.example:5000/x@${digest}`,
        Descriptor: { mediaType, digest, size, platform },
        OCIManifest: manifest,
      },
    ]);
  });
});

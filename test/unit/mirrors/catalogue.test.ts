import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { useLanguage } from '../../../messages/language.ts';
import { hostAt } from '../../../scripts/host/provision-host.ts';
import { isAskable, urlOf, type Catalogue } from '../../../scripts/mirrors/catalogue/catalogue.ts';
import { loadCatalogue } from '../../../scripts/mirrors/catalogue/load-catalogue.ts';
import { parseCatalogue } from '../../../scripts/mirrors/catalogue/parse-catalogue.ts';
import { parseWishes } from '../../../scripts/mirrors/catalogue/wish.ts';

const path = '/etc/berth/mirrors.yaml';
const entry = (more: string): string => `
  - name: one
    kind: packages
    host: one.example
    operator: One
    region: CN
    paths: { docker-ce: /docker-ce }
    state: { is: listed, date: '2026-11', source: test }${more}`;
const file = (...entries: readonly string[]): string =>
  `version: 1\ncollected: '2026-11'\nmirrors:${entries.join('')}\n`;

async function ownCatalogue(): Promise<Catalogue> {
  const root = await mkdtemp(join(tmpdir(), 'berth-catalogue-'));
  onTestFinished(() => rm(root, { recursive: true }));
  return loadCatalogue(hostAt(root), undefined);
}

afterEach(() => {
  useLanguage('en');
});

describe('the catalogue that berth brings', () => {
  test('has every mirror with its URL, its restriction, and where its state is known from', async () => {
    const { mirrors } = await ownCatalogue();
    const byName = (kind: string, name: string) =>
      mirrors.find((each) => each.kind === kind && each.name === name);
    expect(mirrors.filter(({ kind }) => kind === 'packages')).toHaveLength(22);
    expect(mirrors.filter(({ kind }) => kind === 'registry')).toHaveLength(16);
    const volcengine = byName('packages', 'volcengine');
    expect(volcengine && urlOf(volcengine)).toBe('https://mirrors.volces.com/docker');
    const upstream = byName('packages', 'upstream');
    expect(upstream && urlOf(upstream)).toBe('https://download.docker.com');
    expect(byName('registry', 'daocloud')).toMatchObject({
      restriction: 'allow-list',
      state: { is: 'restricted', date: '2024-06' },
    });
    // Closed ones are known, and not asked; nor is one whose address only its user knows.
    expect(mirrors.filter((each) => !isAskable(each)).map(({ name }) => name)).toEqual([
      ...['aliyun', 'netease', 'sjtu', 'docker-cn', 'qiniu', 'baidu', 'azure'],
    ]);
  });
});

describe('a catalogue of the host', () => {
  test.each(['', ' \n\n'])(
    'counts as absent while it is empty, as a shell leaves it for `list --json`: %j',
    async (text) => {
      const root = await mkdtemp(join(tmpdir(), 'berth-catalogue-'));
      onTestFinished(() => rm(root, { recursive: true }));
      await mkdir(join(root, 'etc/berth'), { recursive: true });
      await writeFile(join(root, path), text);
      expect((await loadCatalogue(hostAt(root), undefined)).path).toBeUndefined();
      // What was named must be a catalogue.
      await expect(loadCatalogue(hostAt(root), join(root, path))).rejects.toMatchObject({
        code: 'MIRROR_CATALOGUE_INVALID',
        remedy: expect.stringContaining('Correct these lines') as string,
      });
    },
  );

  test('that is named and missing has another remedy than one that is wrong', async () => {
    await expect(loadCatalogue(hostAt('/'), '/none/mirrors.yaml')).rejects.toMatchObject({
      code: 'MIRROR_CATALOGUE_INVALID',
      remedy: expect.stringContaining('Name a file that is there') as string,
    });
  });

  test('takes the place of it, in YAML or JSON', async () => {
    const root = await mkdtemp(join(tmpdir(), 'berth-catalogue-'));
    onTestFinished(() => rm(root, { recursive: true }));
    await mkdir(join(root, 'etc/berth'), { recursive: true });
    await writeFile(join(root, path), file(entry('')));
    const own = await loadCatalogue(hostAt(root), undefined);
    expect(own).toMatchObject({ path, mirrors: [{ name: 'one', restriction: 'none' }] });
    const named = join(root, 'named.json');
    await writeFile(named, JSON.stringify({ version: 1, collected: '2026', mirrors: [] }));
    expect(await loadCatalogue(hostAt(root), named)).toMatchObject({ path: named, mirrors: [] });
    await expect(loadCatalogue(hostAt(root), join(root, 'none'))).rejects.toMatchObject({
      code: 'MIRROR_CATALOGUE_INVALID',
    });
  });

  test.each([
    [file('\n  - [a'), /line 5: /],
    [file(entry('\n    kind: packages')), /line 11: Map keys must be unique/],
    [file(entry('').replace('one.example', 'one.example/x')), /line 6: mirrors\.0\.host: /],
    [file(entry('').replace('is: listed', 'is: fine')), /line 10: mirrors\.0\.state\.is: /],
    [file(entry('').replace('    operator: One\n', '')), /line 4: mirrors\.0\.operator: /],
    [file(entry('\n    speed: 9')), /line 4: mirrors\.0: Unrecognized key: "speed"/],
    [file(entry(''), entry('')), /line 11: "packages one" is there twice/],
    ['version: 2\nmirrors: []\n', /line 1: version: /],
    ['version: 1\nmirrors: *x\n', /line 2: the alias "\*x" stands for nothing; wanted "&x"/],
    ['', /"\/etc\/berth\/mirrors\.yaml" cannot be used: /],
  ])('is refused with the line of what is wrong: %j', (text, message) => {
    expect(() => parseCatalogue(text, path)).toThrow(
      expect.objectContaining({
        code: 'MIRROR_CATALOGUE_INVALID',
        message: expect.stringMatching(message) as unknown,
      }) as Error,
    );
  });

  test('is refused in Chinese, too', () => {
    useLanguage('zh');
    const text = file(entry('').replace('is: listed', 'is: fine'));
    expect(() => parseCatalogue(text, path)).toThrow(/第 10 行：mirrors\.0\.state\.is: 无效选项/);
  });
});

describe('what --mirror says', () => {
  test('a name is for the kinds that have it, auto for both, a word before it for one', async () => {
    const catalogue = await ownCatalogue();
    const wishes = (...words: readonly string[]) => parseWishes(words, catalogue);
    expect(wishes('tuna')).toEqual({
      packages: {
        kind: 'mirror',
        name: 'tuna',
        url: 'https://mirrors.tuna.tsinghua.edu.cn/docker-ce',
        certainty: 'sure',
      },
    });
    expect(wishes('auto')).toEqual({ registry: { kind: 'auto' }, packages: { kind: 'auto' } });
    expect(wishes('registry=auto', 'packages=upstream')).toEqual({
      registry: { kind: 'auto' },
      packages: { kind: 'upstream' },
    });
    expect(wishes('https://own.example/')).toMatchObject({
      registry: { url: 'https://own.example', certainty: 'perhaps' },
      packages: { url: 'https://own.example', certainty: 'perhaps' },
    });
    // A URL of a host that the catalogue knows is for what that host has.
    expect(wishes('https://docker.1ms.run')).toEqual({
      registry: expect.objectContaining({ certainty: 'sure' }) as unknown,
    });
    expect(wishes()).toEqual({});
  });

  test('is refused when it is unknown, ambiguous or given twice', async () => {
    const catalogue = await ownCatalogue();
    const wishes =
      (...words: readonly string[]) =>
      () =>
        parseWishes(words, catalogue);
    expect(wishes('tunna')).toThrow(/did you mean "tuna"\?/);
    expect(wishes('registry=tuna')).toThrow(
      /"tuna" is neither a mirror of the catalogue nor a URL/,
    );
    expect(wishes('ftp://x.example')).toThrow(/nor a URL/);
    expect(wishes('registry=aliyun')).toThrow(/another address for each account/);
    expect(wishes('auto', 'tuna')).toThrow(/given twice for packages/);
  });
});

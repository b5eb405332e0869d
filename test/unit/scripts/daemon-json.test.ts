import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJsonc } from '../../../runtime/config/jsonc.ts';
import {
  dataRootOf,
  mergeDaemonConfig,
  mergeRegistryMirrors,
  registryMirrorsOf,
  socketsOf,
  type DaemonConfigWish,
} from '../../../templates/daemon-json.ts';

const path = '/etc/berth/daemon.json';
const wish = { sockets: ['/run/berth/berth.sock'], group: 'berth' };
const merge = (text: string | undefined, extra: Partial<DaemonConfigWish> = {}): string =>
  mergeDaemonConfig({ path, text }, { ...wish, ...extra });

describe('mergeDaemonConfig', () => {
  test('makes a file where there is none', () => {
    expect(JSON.parse(merge(undefined))).toEqual({
      group: 'berth',
      hosts: ['unix:///run/berth/berth.sock'],
    });
  });

  test('keeps unknown keys, their values, their order and the indentation', () => {
    const text =
      '{\n\t"registry-mirrors": ["https://m.example"],\n\t"x-mine": {"a": [1, null]},\n\t"bip": "10.1.0.1/24"\n}\n';
    const merged = merge(text);
    expect(Object.keys(JSON.parse(merged) as object)).toEqual([
      'registry-mirrors',
      'x-mine',
      'bip',
      'group',
      'hosts',
    ]);
    expect(merged).toContain('\n\t"bip"');
    expect(JSON.parse(merged)).toMatchObject({ 'x-mine': { a: [1, null] }, bip: '10.1.0.1/24' });
  });

  test('gives text that needs no change back byte for byte', () => {
    const text = '{"hosts":["unix:///run/berth/berth.sock"] ,  "group":"docker"}';
    expect(merge(text)).toBe(text);
    expect(merge(merge(undefined))).toBe(merge(undefined));
  });

  test('adds sockets to those that are there, once', () => {
    const text = '{"hosts": ["tcp://127.0.0.1:1", "unix:///run/berth/berth.sock"]}';
    const merged = merge(text, { sockets: ['/run/berth/berth.sock', '/var/run/docker.sock'] });
    expect(JSON.parse(merged)).toMatchObject({
      hosts: ['tcp://127.0.0.1:1', 'unix:///run/berth/berth.sock', 'unix:///var/run/docker.sock'],
    });
    expect(socketsOf({ path, text: merged })).toEqual([
      '/run/berth/berth.sock',
      '/var/run/docker.sock',
    ]);
  });

  test('leaves a data root alone unless one is asked for', () => {
    const text = '{"data-root": "/srv/berth"}';
    expect(dataRootOf({ path, text: merge(text) })).toBe('/srv/berth');
    expect(dataRootOf({ path, text: merge(text, { dataRoot: '/data' }) })).toBe('/data');
  });

  test('keeps comments where they are, and every byte that needs no change', () => {
    const text = [
      '// ours, by hand',
      '{',
      '    "bip": "10.1.0.1/24", // the old network',
      '    /* two lines',
      '       of it */',
      '    "x": {"a" :[1,2 ]},',
      '    "hosts": ["tcp://127.0.0.1:1"] // tail',
      '    // end',
      '}',
      '',
    ].join('\r\n');
    expect(merge(text, { registryMirrors: ['https://a.example'] })).toBe(
      [
        '// ours, by hand',
        '{',
        '    "bip": "10.1.0.1/24", // the old network',
        '    /* two lines',
        '       of it */',
        '    "x": {"a" :[1,2 ]},',
        '    "hosts": ["tcp://127.0.0.1:1", "unix:///run/berth/berth.sock"], // tail',
        '    "group": "berth",',
        '    "registry-mirrors": [',
        '        "https://a.example"',
        '    ]',
        '    // end',
        '}',
        '',
      ].join('\r\n'),
    );
  });

  test.each([
    ['{"group": 5}', /"group" is 5; wanted a string/],
    ['{"hosts": "unix:///x"}', /"hosts" is "unix:\/\/\/x"; wanted a list of strings/],
    ['[1]', /it holds \[1\]; wanted an object/],
    ['{"a": 1,}', /no JSON \(line 1, column 9: a name in double quotes is missing/],
    ['{\n  "a": 1\n  "b": 2\n}', /no JSON \(line 3, column 3: a comma is missing\)/],
    ['{\n  // "a": 1,\n  "b": x\n}', /no JSON \(line 3, column 8: /],
    ['# comment\n{}', /no JSON \(line 1, column 1: /],
  ])('refuses %s', (text, message) => {
    expect(() => merge(text)).toThrow(
      expect.objectContaining({
        code: 'DAEMON_CONFIG_INVALID',
        message: expect.stringMatching(message) as unknown,
      }) as Error,
    );
  });
});

describe('mergeRegistryMirrors', () => {
  const mirrors = (text: string | undefined, ...urls: readonly string[]): string =>
    mergeRegistryMirrors({ path, text }, urls);

  test('makes the key, in a file of its own too', () => {
    expect(JSON.parse(mirrors(undefined, 'https://a.example'))).toEqual({
      'registry-mirrors': ['https://a.example'],
    });
    expect(mirrors('{"debug": true}', 'https://a.example')).toBe(
      '{"debug": true, "registry-mirrors": [\n    "https://a.example"\n  ]}',
    );
  });

  test('puts the new one first and keeps the others with their comments', () => {
    const text = `{
  "registry-mirrors": [
    "https://one.example", // the company's
    // slow on Mondays
    "https://two.example/"
  ]
}
`;
    expect(mirrors(text, 'https://new.example')).toBe(
      text.replace('    "https://one', '    "https://new.example",\n    "https://one'),
    );
    const moved = mirrors(text, 'https://two.example');
    expect(registryMirrorsOf({ path, text: moved })).toEqual([
      'https://two.example/',
      'https://one.example',
    ]);
    expect(moved).toContain("// the company's");
    expect(moved).toContain('// slow on Mondays');
    expect(mirrors(moved, 'https://two.example')).toBe(moved);
  });

  test('removes the key for none', () => {
    const text = '{\n  // mine\n  "debug": true,\n  "registry-mirrors": ["https://a.example"]\n}\n';
    expect(mirrors(text)).toBe('{\n  // mine\n  "debug": true\n}\n');
    expect(mirrors('{"registry-mirrors": [], "debug": true}')).toBe('{"debug": true}');
    expect(mirrors('{"debug": true}')).toBe('{"debug": true}');
  });

  test('refuses a key of another type', () => {
    expect(() => mirrors('{"registry-mirrors": "https://a.example"}', 'https://b.example')).toThrow(
      /"registry-mirrors" is "https:\/\/a.example"; wanted a list of strings/,
    );
  });

  test('of any file: what is not the key stays, comments too, and the result can be read', () => {
    const comment = fc.constantFrom('', ' // c1\n', '\n/* c2, "x" */\n', ' /* c3\n c3 */ ', '\n\t');
    const url = fc.constantFrom('https://a.example', 'https://b.example/', 'https://c.example');
    const list = fc
      .array(fc.tuple(comment, url, comment), { maxLength: 3 })
      .map((items) => `[${items.map(([a, text, b]) => `${a}"${text}"${b}`).join(',')}]`);
    const entry = fc.tuple(
      comment,
      fc.constantFrom('x', 'y', '__proto__', 'registry-mirrors'),
      fc.oneof(
        fc.jsonValue().map((value) => JSON.stringify(value)),
        list,
      ),
      comment,
    );
    const file = fc
      .tuple(comment, fc.uniqueArray(entry, { selector: ([, key]) => key }), list, comment)
      .map(([before, entries, mirrorList, after]) => {
        const lines = entries.map(
          ([a, key, value, b]) =>
            `${a}"${key}":${key === 'registry-mirrors' ? mirrorList : value}${b}`,
        );
        return `${before}{${lines.join(',')}}${after}`;
      });
    fc.assert(
      fc.property(file, fc.uniqueArray(url), (text, urls) => {
        const before = valueOf(text);
        const merged = mirrors(text, ...urls);
        const { 'registry-mirrors': now = [], ...others } = valueOf(merged);
        const { 'registry-mirrors': then = [], ...othersThen } = before;
        expect(others).toEqual(othersThen);
        expect(Object.keys(others)).toEqual(Object.keys(othersThen));
        if (urls.length > 0) {
          expect((now as string[]).slice(0, urls.length)).toEqual(urls);
          expect(new Set(now as string[])).toEqual(new Set([...(then as string[]), ...urls]));
          for (const mark of ['c1', 'c2', 'c3']) {
            expect(merged.split(mark).length).toBeGreaterThanOrEqual(text.split(mark).length);
          }
        }
        expect(mirrors(merged, ...urls)).toBe(merged);
      }),
      { numRuns: 2000 },
    );
  });
});

function valueOf(text: string): Record<string, unknown> {
  const parsed = parseJsonc(text);
  if (parsed.kind === 'problem') throw new Error(`${parsed.problem} in ${text}`);
  return parsed.value as Record<string, unknown>;
}

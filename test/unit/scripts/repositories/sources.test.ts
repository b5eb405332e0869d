import { describe, expect, test } from 'vitest';
import { mapAptListUris } from '../../../../scripts/repositories/sources/apt-list-file.ts';
import { mapAptSourcesUris } from '../../../../scripts/repositories/sources/apt-sources-file.ts';
import { editRepoFile, parseRepoFile } from '../../../../scripts/repositories/sources/repo-file.ts';

/** Entries as they were read, each with its URI. */
function read(map: typeof mapAptListUris, text: string): readonly unknown[] {
  const found: unknown[] = [];
  const same = map(text, (uri, entry) => {
    found.push({ uri, ...entry });
    return uri;
  });
  expect(same).toBe(text);
  return found;
}

describe('a .list file', () => {
  const text = [
    '# deb http://old.example/debian bookworm main',
    'deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://deb.debian.org/debian\tbookworm main contrib # mine',
    'deb-src http://deb.debian.org/debian bookworm main',
    '   ',
    'nonsense',
    '',
  ].join('\n');

  test('is read without its comments', () => {
    expect(read(mapAptListUris, text)).toEqual([
      {
        uri: 'http://deb.debian.org/debian',
        line: 2,
        types: ['deb'],
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        signedBy: '/usr/share/keyrings/x.gpg',
      },
      {
        uri: 'http://deb.debian.org/debian',
        line: 3,
        types: ['deb-src'],
        suites: ['bookworm'],
        components: ['main'],
      },
    ]);
  });

  test('keeps all but the URI', () => {
    const changed = mapAptListUris(text, () => 'https://m.example/debian');
    expect(changed).toBe(
      text
        .split('\n')
        .map((line) =>
          line.startsWith('#')
            ? line
            : line.replace('http://deb.debian.org/debian', 'https://m.example/debian'),
        )
        .join('\n'),
    );
  });
});

describe('a .sources file', () => {
  const text = [
    '# head',
    'Types: deb deb-src',
    'URIs: http://deb.debian.org/debian',
    ' http://two.example/debian',
    '# in between',
    'Suites: bookworm',
    ' bookworm-updates',
    'Components: main',
    'Signed-By:',
    ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
    ' .',
    ' abc=',
    ' -----END PGP PUBLIC KEY BLOCK-----',
    '',
    'Enabled: no',
    'Types: deb',
    'URIs: http://off.example/debian',
    'Suites: bookworm',
    'Components: main',
    '',
    'types: deb',
    'uris: http://three.example/',
    'suites: ./',
    'signed-by: /k.gpg',
  ].join('\n');

  test('is read, without what is switched off', () => {
    const first = {
      line: 2,
      types: ['deb', 'deb-src'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main'],
      signedBy: 'embedded',
    };
    expect(read(mapAptSourcesUris, text)).toEqual([
      { uri: 'http://deb.debian.org/debian', ...first },
      { uri: 'http://two.example/debian', ...first },
      {
        uri: 'http://three.example/',
        line: 21,
        types: ['deb'],
        suites: ['./'],
        components: [],
        signedBy: '/k.gpg',
      },
    ]);
  });

  test('keeps all but the URIs', () => {
    const changed = mapAptSourcesUris(text, (uri) => uri.replace(/^http:/, 'https:'));
    expect(changed).toBe(
      text
        .split('\n')
        .map((line) => (line.includes('off.example') ? line : line.replace('http:', 'https:')))
        .join('\n'),
    );
  });
});

describe('a .repo file', () => {
  const text = [
    '# head',
    '[baseos]',
    'name=Base',
    'mirrorlist=https://m.example/?a=1',
    '#baseurl=http://dl.example/$releasever/',
    'Enabled = 1',
    'gpgkey=file:///a',
    '       file:///b',
    '',
    '[off]',
    'enabled=0',
    'baseurl=http://off.example/',
    '',
  ].join('\n');

  test('is read with what is commented out', () => {
    const [base, off] = parseRepoFile(text);
    expect(base).toMatchObject({ id: 'baseos', line: 2, state: 'enabled' });
    expect(base?.values.get('gpgkey')).toBe('file:///a\nfile:///b');
    expect(base?.commented.get('baseurl')).toBe('http://dl.example/$releasever/');
    expect(off?.state).toBe('disabled');
  });

  test('is edited in one section only', () => {
    const changed = editRepoFile(text, ({ id }) =>
      id === 'baseos'
        ? {
            set: new Map([
              ['baseurl', 'http://mine/'],
              ['gpgkey', 'file:///c'],
            ]),
            commentOut: ['mirrorlist', 'metalink'],
          }
        : undefined,
    );
    expect(changed).toBe(
      [
        '# head',
        '[baseos]',
        'name=Base',
        '#mirrorlist=https://m.example/?a=1',
        '#baseurl=http://dl.example/$releasever/',
        'Enabled = 1',
        'gpgkey=file:///c',
        'baseurl=http://mine/',
        '',
        '[off]',
        'enabled=0',
        'baseurl=http://off.example/',
        '',
      ].join('\n'),
    );
    expect(editRepoFile(text, () => undefined)).toBe(text);
  });
});

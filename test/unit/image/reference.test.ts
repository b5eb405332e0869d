import { describe, expect, test } from 'vitest';

import {
  canonicalName,
  familiarName,
  familiarRepository,
  lookupName,
  parseReference,
  repositoryOf,
  withDefaultTag,
} from '../../../runtime/image/reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseReference', () => {
  // What was typed, in full, as Docker shows it.
  test.each([
    ['ubuntu', 'docker.io/library/ubuntu', 'ubuntu'],
    ['ubuntu:24.04', 'docker.io/library/ubuntu:24.04', 'ubuntu:24.04'],
    ['docker.io/ubuntu', 'docker.io/library/ubuntu', 'ubuntu'],
    ['index.docker.io/library/ubuntu', 'docker.io/library/ubuntu', 'ubuntu'],
    ['library/ubuntu', 'docker.io/library/ubuntu', 'ubuntu'],
    ['user/app', 'docker.io/user/app', 'user/app'],
    ['docker.io/library/a/b', 'docker.io/library/a/b', 'library/a/b'],
    ['localhost/app', 'localhost/app', 'localhost/app'],
    ['localhost:5000/app', 'localhost:5000/app', 'localhost:5000/app'],
    ['host/app', 'docker.io/host/app', 'host/app'],
    ['host:5000/app:tag', 'host:5000/app:tag', 'host:5000/app:tag'],
    ['HOST/app', 'HOST/app', 'HOST/app'],
    [
      'registry.example/team/sub/app',
      'registry.example/team/sub/app',
      'registry.example/team/sub/app',
    ],
    ['127.0.0.1:5000/app', '127.0.0.1:5000/app', '127.0.0.1:5000/app'],
    ['[::1]:5000/app:1', '[::1]:5000/app:1', '[::1]:5000/app:1'],
    ['[fe80::1]/app', '[fe80::1]/app', '[fe80::1]/app'],
    ['localhost', 'docker.io/library/localhost', 'localhost'],
    ['app_one/b__c/d--e.f', 'docker.io/app_one/b__c/d--e.f', 'app_one/b__c/d--e.f'],
    ['app:A_b.c-9', 'docker.io/library/app:A_b.c-9', 'app:A_b.c-9'],
    [`app@${digest}`, `docker.io/library/app@${digest}`, `app@${digest}`],
    [`host.io/app:1@${digest}`, `host.io/app:1@${digest}`, `host.io/app:1@${digest}`],
    ['a'.repeat(63), `docker.io/library/${'a'.repeat(63)}`, 'a'.repeat(63)],
  ])('%s', (text, canonical, familiar) => {
    const reference = parseReference(text);
    expect(canonicalName(reference)).toBe(canonical);
    expect(familiarName(reference)).toBe(familiar);
    expect(canonicalName(parseReference(canonical))).toBe(canonical);
    expect(canonicalName(parseReference(familiar))).toBe(canonical);
  });

  test.each([
    '',
    ' ',
    'UPPER',
    'user/UPPER',
    'a b',
    'app:',
    ':tag',
    'app:tag:more',
    'app@',
    'app@sha256:short',
    `app@${digest}0`,
    `app@${digest.toUpperCase()}`,
    'app@md5:0123456789abcdef0123456789abcdef',
    '/app',
    'app/',
    'a//b',
    '-app',
    'app-',
    'a...b',
    'a___b',
    '_app',
    'host:port/app',
    '-host.io/app',
    '[::1/app',
    '[zz::1]/app',
    'https://host.io/app',
    'app:.tag',
    `app:${'t'.repeat(129)}`,
    '0123456789abcdef'.repeat(4),
    `host.io/${'a/'.repeat(130)}a`,
    'app\n',
    'ünicode',
  ])('refuses %j', (text) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'REFERENCE_INVALID' }),
    );
  });

  test('64 hexadecimal digits are an id, and no name', () => {
    expect(() => parseReference('a'.repeat(64))).toThrow(
      expect.objectContaining({ code: 'REFERENCE_INVALID' }),
    );
  });

  test('a host alone with a port is a name with a tag, as Docker reads it', () => {
    expect(canonicalName(parseReference('host:5000'))).toBe('docker.io/library/host:5000');
  });

  test('gives the same reference again for every name that is made from the grammar', () => {
    let state = 1;
    const random = (below: number): number => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    const pick = (options: readonly string[]): string => options[random(options.length)] ?? '';
    const component = (): string =>
      pick(['a', 'b7', 'long-name', 'x_y', 'p.q', 'd__e', 'library', 'm---n']) +
      pick(['', '0', '-z', '.io']);
    for (let i = 0; i < 2000; i += 1) {
      const host = pick([
        '',
        '',
        'localhost/',
        'Reg/',
        'r.io/',
        'r:1/',
        '10.0.0.1/',
        '[2001:db8::1]:443/',
        'docker.io/',
      ]);
      const parts = Array.from({ length: 1 + random(3) }, component);
      // A first part with a dot is read as a host, by Docker too.
      if (parts[0]?.includes('.') === true && /^(docker\.io\/)?$/.test(host)) parts[0] = 'team';
      const path = parts.join('/');
      const text =
        host + path + pick(['', ':1', ':Latest', ':v1.2-rc_3']) + pick(['', '', `@${digest}`]);
      const reference = parseReference(text);
      expect(parseReference(canonicalName(reference)), text).toEqual(reference);
      expect(parseReference(familiarName(reference)), text).toEqual(reference);
      expect(canonicalName(reference).startsWith(repositoryOf(reference)), text).toBe(true);
    }
  });

  test('never throws anything but a BerthError', () => {
    const pieces = [
      'a',
      'A',
      '/',
      ':',
      '@',
      '.',
      '[',
      ']',
      '-',
      '_',
      digest,
      '5000',
      ' ',
      '\0',
      'é',
    ];
    let state = 7;
    for (let i = 0; i < 5000; i += 1) {
      let text = '';
      for (let j = 0; j < 1 + (i % 7); j += 1) {
        state = (state * 48271) % 2147483647;
        text += pieces[state % pieces.length] ?? '';
      }
      try {
        const reference = parseReference(text);
        expect(parseReference(canonicalName(reference)), text).toEqual(reference);
      } catch (error) {
        expect(error, text).toMatchObject({ code: 'REFERENCE_INVALID' });
      }
    }
  });
});

test('the default tag is given only to a name without tag and digest', () => {
  const withTag = (text: string): string => familiarName(withDefaultTag(parseReference(text)));
  expect(withTag('app')).toBe('app:latest');
  expect(withTag('app:1')).toBe('app:1');
  expect(withTag(`app@${digest}`)).toBe(`app@${digest}`);
});

test('an image is looked up by its digest when the name has one', () => {
  expect(familiarName(lookupName(`app:1@${digest}`))).toBe(`app@${digest}`);
  expect(familiarName(lookupName('app'))).toBe('app:latest');
});

test('a repository has a familiar form too', () => {
  expect(familiarRepository(parseReference('docker.io/library/app:1'))).toBe('app');
  expect(familiarRepository(parseReference('r.io/app:1'))).toBe('r.io/app');
});

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { pathMatcher } from '../../../runtime/api/images/path-match.ts';

// What Go's path.Match answers.
test.each([
  ['abc', 'abc', true],
  ['*', 'abc', true],
  ['*c', 'abc', true],
  ['a*', 'a', true],
  ['a*', 'abc', true],
  ['a*', 'ab/c', false],
  ['a*/b', 'abc/b', true],
  ['a*/b', 'a/c/b', false],
  ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
  ['a*b*c*d*e*/f', 'axbxcxdxe/xxx/f', false],
  ['ab[c]', 'abc', true],
  ['ab[b-d]', 'abc', true],
  ['ab[e-g]', 'abc', false],
  ['ab[^c]', 'abc', false],
  ['ab[^e-g]', 'abc', true],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'ab', false],
  ['a?b', 'a☺b', true],
  ['a[^a]b', 'a☺b', true],
  ['a???b', 'a☺b', false],
  ['[a-ζ]*', 'α', true],
  ['*[a-ζ]', 'A', false],
  ['a?b', 'a/b', false],
  ['[\\]a]', ']', true],
  ['[\\-]', '-', true],
  ['[x\\-]', 'z', false],
  ['[b-a]', 'a', false],
  ['.+$(){}|', '.+$(){}|', true],
  ['busybox', 'busybox:1', false],
  ['busy*:*', 'busybox:1', true],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
])('%j and %j: %s', (pattern, text, matches) => {
  expect(pathMatcher(pattern)(text)).toBe(matches);
});

test.each([
  '[]a]',
  '[-]',
  '[x-]',
  '[-x]',
  '[a-b-c]',
  '[',
  '[^',
  '[^bc',
  'a[',
  'a\\',
  '[a-]',
  '[\\',
])('%j is no pattern', (pattern) => {
  expect(() => pathMatcher(pattern)).toThrow(expect.objectContaining({ code: 'FILTER_INVALID' }));
});

test('a text whose special characters are taken as they are matches itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const pattern = text.replaceAll(/[\\*?[\]-]/g, '\\$&');
      expect(pathMatcher(pattern)(text)).toBe(true);
    }),
  );
});

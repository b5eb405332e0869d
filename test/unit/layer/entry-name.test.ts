import { expect, test } from 'vitest';

import { meaningOf, quoteName, splitEntryName } from '../../../runtime/layer/entry-name.ts';

test.each([
  ['a/b', ['a', 'b']],
  ['./a//b/./c/', ['a', 'b', 'c']],
  ['./', []],
  ['.', []],
  ['', []],
  ['..a/b..', ['..a', 'b..']],
])('%j is %j', (name, parts) => {
  expect(splitEntryName(name)).toEqual(parts);
});

test.each(['/a', '..', 'a/..', 'a/../b', '../a', 'a\0b'])('%j is refused', (name) => {
  expect(() => splitEntryName(name)).toThrow(expect.objectContaining({ code: 'LAYER_INVALID' }));
});

test.each([
  ['file', { kind: 'entry' }],
  ['.whatever', { kind: 'entry' }],
  ['.wh.file', { kind: 'whiteout', name: 'file' }],
  ['.wh..hidden', { kind: 'whiteout', name: '.hidden' }],
  ['.wh..wh..opq', { kind: 'opaque' }],
  ['.wh..wh.plnk', { kind: 'metadata' }],
])('%j means %j', (name, meaning) => {
  expect(meaningOf(name)).toEqual(meaning);
});

test.each(['.wh.', '.wh..', '.wh...'])('%j names no file', (name) => {
  expect(() => meaningOf(name)).toThrow(expect.objectContaining({ code: 'LAYER_INVALID' }));
});

test('a name is shown as text', () => {
  expect(quoteName(Buffer.from('grün\n').toString('latin1'))).toBe('"grün\\n"');
});

import { expect, test } from 'vitest';

import { isProcessorList, isWithin } from '../../../runtime/container/create/processor-list.ts';

test.each([
  ['0', '0-3', true],
  ['0-3', '0-3', true],
  ['3,0-1', '0-1,2-3', true],
  ['1-2', '0-1,2-3', true],
  ['4', '0-3', false],
  ['2-4', '0-3', false],
  ['1-3', '0-1,3', false],
  ['0,2', '0-1,3', false],
])('whether "%s" is within "%s"', (list, available, expected) => {
  expect(isProcessorList(list)).toBe(true);
  expect(isWithin(list, available)).toBe(expected);
});

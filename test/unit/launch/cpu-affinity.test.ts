import { expect, test } from 'vitest';
import { cpuMask } from '../../../runtime/launch/process/cpu-affinity.ts';

test.each([
  ['0', [0x1, 0, 0, 0, 0, 0, 0, 0]],
  ['0-3,7', [0x8f, 0, 0, 0, 0, 0, 0, 0]],
  ['1 , 9', [0x02, 0x02, 0, 0, 0, 0, 0, 0]],
  ['63-64', [0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0, 0, 0, 0, 0, 0]],
])('the mask of %s', (list, bytes) => {
  expect([...cpuMask(list)]).toEqual(bytes);
});

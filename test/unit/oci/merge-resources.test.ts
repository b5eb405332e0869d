import { expect, test } from 'vitest';
import { mergeResources, withKnownNames } from '../../../runtime/oci/update/merge-resources.ts';

test('names are read in any case, but for those that are the host’s', () => {
  const given = { CPU: { Cpus: '0' }, MEMORY: { KERNELtcp: 1 }, Unified: { 'Memory.High': '1' } };
  expect(withKnownNames(given)).toEqual({
    cpu: { cpus: '0' },
    memory: { kernelTCP: 1 },
    unified: { 'Memory.High': '1' },
  });
});

test('what a change does not name stays', () => {
  const before = {
    memory: { limit: 1, swap: 2 },
    pids: { limit: 3 },
    blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 }] },
  };
  const change = {
    memory: { limit: 5 },
    pids: null,
    blockIO: {
      throttleReadBpsDevice: [
        { major: 8, minor: 0, rate: 2 },
        { major: 8, minor: 16, rate: 3 },
      ],
    },
  };
  expect(mergeResources(before, change)).toEqual({
    memory: { limit: 5, swap: 2 },
    pids: { limit: 3 },
    blockIO: change.blockIO,
  });
  expect(before.memory.limit).toBe(1);
});

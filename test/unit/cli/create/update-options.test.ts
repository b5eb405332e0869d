import { expect, test } from 'vitest';

import { updateBody } from '../../../../runtime/cli/create/update-options.ts';

test.each([
  [{}, {}],
  [
    { memory: '64m', memorySwap: '-1' },
    { Memory: 67_108_864, MemorySwap: -1 },
  ],
  [
    { cpus: '1.5', pidsLimit: '-1' },
    { NanoCpus: 1_500_000_000, PidsLimit: -1 },
  ],
  [
    { cpusetCpus: '0-1', blkioWeight: '300' },
    { CpusetCpus: '0-1', BlkioWeight: 300 },
  ],
  [{ restart: 'always' }, { RestartPolicy: { Name: 'always' } }],
  [{ restart: 'on-failure:3' }, { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } }],
])('%j asks for %j', (options, body) => {
  expect(updateBody(options)).toEqual(body);
});

test.each([
  [{ memory: 'much' }, "--memory is 'much'"],
  [{ pidsLimit: '1.5' }, "--pids-limit is '1.5'"],
  [{ restart: 'always:3' }, "--restart is 'always:3'"],
])('%j is refused', (options, message) => {
  expect(() => updateBody(options)).toThrow(message);
});

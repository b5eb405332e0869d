import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readV2 } from '../../../runtime/cgroup/statistics/cgroup-v2.ts';
import { numbersOf, parseCount } from '../../../runtime/cgroup/statistics/control-files.ts';
import { removeTree } from '../../support/remove-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-statistics-'));

// As Linux 6.18 writes them; this machine has cgroup v1.
const files: Readonly<Record<string, string>> = {
  'cpu.stat':
    'usage_usec 5\nuser_usec 2\nsystem_usec 3\nnr_periods 4\nnr_throttled 1\nthrottled_usec 7\n',
  'cpu.pressure': 'some avg10=0.10 avg60=0.20 avg300=0.30 total=9\n',
  'memory.current': '4096\n',
  'memory.max': '1048576\n',
  'memory.peak': '8192\n',
  'memory.swap.current': '100\n',
  'memory.swap.max': '1000\n',
  'memory.stat': 'anon 1\nfile 2\n',
  'memory.events': 'low 0\nmax 6\noom_kill 1\n',
  'pids.current': '3\n',
  'pids.max': 'max\n',
  'io.stat': '8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n',
  'cpuset.cpus.effective': '0-1,3\n',
};

beforeAll(() => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => {
  removeTree(folder);
});

test('cgroup v2 is told with the names and units of runc', async () => {
  const layout = {
    version: 'v2',
    mount: '/',
    controllers: new Set<string>(),
    hugePageSizes: [],
  } as const;
  expect(await readV2(folder, layout)).toMatchObject({
    cpu: {
      usage: { total: 5000, user: 2000, kernel: 3000 },
      throttling: { periods: 4, throttledPeriods: 1, throttledTime: 7000 },
      psi: { some: { avg10: 0.1, total: 9 } },
    },
    cpuset: { cpus: [0, 1, 3], mems: [] },
    memory: {
      cache: 2,
      usage: { limit: 1048576, usage: 4096, max: 8192, failcnt: 6 },
      swap: { limit: 1049576, usage: 4196 },
      raw: { anon: 1, file: 2 },
    },
    pids: { current: 3, limit: 0 },
    blkio: {
      ioServiceBytesRecursive: [
        { major: 8, minor: 0, op: 'Read', value: 10 },
        { major: 8, minor: 0, op: 'Write', value: 20 },
        { major: 8, minor: 0, op: 'Discard', value: 0 },
      ],
    },
  });
});

test('counts of 64 bits stay exact', () => {
  expect(parseCount('9223372036854771712')).toBe(9223372036854771712n);
  expect(parseCount('max')).toBe(2n ** 64n - 1n);
  expect(parseCount('x')).toBeUndefined();
  expect(numbersOf('')).toEqual([]);
});

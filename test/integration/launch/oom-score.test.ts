import { chmodSync, chownSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAsBefore, type Leftovers, leftovers } from '../../support/leftovers.ts';
import { Machine } from './machine.ts';

let machine: Machine;
let before: Leftovers;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(async () => {
  await machine.dispose();
});
beforeEach(() => {
  before = leftovers();
});
afterEach(async () => {
  await expectAsBefore(before);
});

const change = { process: { oomScoreAdj: 321 } };

describe('process.oomScoreAdj', () => {
  it('is the score of the program', async () => {
    expect(await machine.shell('cat /proc/self/oom_score_adj', change)).toBe('321');
  });

  it('is that of root of a user namespace, who may not write it', async () => {
    const types = ['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'user'] as const;
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const request = machine.request(['cat', '/proc/self/oom_score_adj'], {
      ...change,
      linux: {
        namespaces: types.map((type) => ({ type })),
        uidMappings: mappings,
        gidMappings: mappings,
      },
    });
    chmodSync(machine.folder, 0o755);
    const { rootfs } = request;
    if (rootfs.type !== 'overlay') throw new TypeError('an overlay was wanted');
    for (const path of [dirname(rootfs.upper), rootfs.upper, rootfs.work]) {
      chmodSync(path, 0o755);
      chownSync(path, 100_000, 100_000);
    }
    expect(await machine.finish(request)).toMatchObject({ stdout: '321\n', stderr: '' });
  });
});

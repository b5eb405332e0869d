import { chmodSync, chownSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useMachine } from './use-machine.ts';

const machine = useMachine();

const change = { process: { oomScoreAdj: 321 } };

describe('process.oomScoreAdj', () => {
  it('is the score of the program', async () => {
    expect(await machine().shell('cat /proc/self/oom_score_adj', change)).toBe('321');
  });

  it('is that of root of a user namespace, who may not write it', async () => {
    const types = ['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'user'] as const;
    const mappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const request = machine().request(['cat', '/proc/self/oom_score_adj'], {
      ...change,
      linux: {
        namespaces: types.map((type) => ({ type })),
        uidMappings: mappings,
        gidMappings: mappings,
      },
    });
    chmodSync(machine().folder, 0o755);
    const { rootfs } = request;
    if (rootfs.type !== 'overlay') throw new TypeError('an overlay was wanted');
    for (const path of [dirname(rootfs.upper), rootfs.upper, rootfs.work]) {
      chmodSync(path, 0o755);
      chownSync(path, 100_000, 100_000);
    }
    expect(await machine().finish(request)).toMatchObject({ stdout: '321\n', stderr: '' });
  });
});

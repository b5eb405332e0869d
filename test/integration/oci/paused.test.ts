import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unifiedMount } from '../cgroup/unified-mount.ts';
import { OciMachine } from './oci-machine.ts';

/** As on a host that has cgroup v2 and nothing of v1. */
const onV2 = [
  ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
  'umount -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"',
  'oci-on-v2',
];

const hosts = [
  ['this host', { under: [], folder: '/sys/fs/cgroup/{.,freezer}' }],
  ['cgroup v2', { under: onV2, folder: unifiedMount() }],
] as const;

describe.each(hosts)('exec --ignore-paused with the cgroups of %s', (_name, { under, folder }) => {
  describe.skipIf(folder === undefined)('waits', () => {
    let machine: OciMachine;
    let id: string;
    beforeAll(() => {
      machine = new OciMachine({ under });
      id = machine.id();
      machine.config(['sleep', '1000']);
      machine.detached(id);
    });
    afterAll(() => {
      machine.ok('delete', '--force', id);
      machine.gone(id);
      machine.dispose();
    });

    const members = (): readonly string[] =>
      globSync(`${folder ?? ''}/berth/${id}/cgroup.procs`).flatMap((file) =>
        readFileSync(file, 'utf8').trim().split('\n'),
      );

    /** Begins to execute a script; resolves when its process is in the container's cgroup, where it stands still. */
    async function waiting(...args: readonly string[]): Promise<ChildProcess> {
      const before = members().length;
      const [program, ...words] = machine.command('exec', '--ignore-paused', ...args);
      const child = spawn(program, words, { stdio: 'ignore' });
      await expect.poll(() => members().length, { timeout: 20_000 }).toBe(before + 1);
      expect(machine.state(id)).toMatchObject({ status: 'paused' });
      expect(child.exitCode).toBe(null);
      return child;
    }

    it('until the container goes on', async () => {
      const pidFile = join(machine.folder, 'pid');
      machine.ok('pause', id);
      const foreground = await waiting(id, 'sh', '-c', 'exit 7');
      const detached = await waiting('--detach', '--pid-file', pidFile, id, 'sleep', '1000');
      const ends = [once(foreground, 'exit'), once(detached, 'exit')];
      machine.ok('resume', id);
      expect(await Promise.all(ends)).toEqual([
        [7, null],
        [0, null],
      ]);
      expect(members()).toContain(readFileSync(pidFile, 'utf8'));
    });

    it('and ends with a container that is removed meanwhile', async () => {
      machine.ok('pause', id);
      const foreground = await waiting(id, 'true');
      const end = once(foreground, 'exit');
      machine.ok('delete', '--force', id);
      expect(await end).toEqual([137, null]);
      machine.gone(id);
    });
  });
});

import { readFileSync, rmdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { detectCgroups } from '../../../runtime/cgroup/detect.ts';
import { planCgroup } from '../../../runtime/cgroup/plan.ts';
import { defaultCgroupPath } from '../../../runtime/cgroup/cgroup-path.ts';
import { hasErrno } from '../../../runtime/host/files.ts';
import { busyboxArchive } from './busybox-image.ts';
import { TestDaemon } from './test-daemon.ts';
import { removeContainers } from '../../support/empty-engine.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());
afterEach(async () => {
  await removeContainers(daemon.socket);
  expect(daemon.problems).toEqual([]);
});

const docker = (...args: readonly string[]): ReturnType<TestDaemon['docker']> =>
  daemon.docker(args);

async function start(...options: readonly string[]): Promise<string> {
  const args = ['run', '-d', '--network', 'none', '--name', 'web', ...options];
  const { stdout, stderr } = await docker(...args, 'bb', 'sleep', '1000');
  expect(stderr).toBe('');
  return stdout.trim();
}

/** The first of these control files that the container's cgroups have. */
async function limit(id: string, ...names: readonly string[]): Promise<string | undefined> {
  const { remove } = planCgroup({ layout: await detectCgroups(), path: defaultCgroupPath(id) });
  for (const file of remove.flatMap((folder) => names.map((name) => `${folder}/${name}`))) {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error;
    }
  }
  return undefined;
}

const memoryOf = (id: string): Promise<string | undefined> =>
  limit(id, 'memory.limit_in_bytes', 'memory.max');

describe('docker update', () => {
  test('changes limits of what runs, and of what will', async () => {
    const id = await start('--memory', '64m', '--pids-limit', '50');
    const sizes = ['--memory', '128m', '--memory-swap', '256m'];
    const updated = await docker('update', ...sizes, '--pids-limit', '60', 'web');
    expect(updated).toMatchObject({ exitCode: 0, stdout: 'web\n' });
    expect(await memoryOf(id)).toBe(String(128 * 1024 * 1024));
    expect(await limit(id, 'pids.max')).toBe('60');
    const format = '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}} {{.HostConfig.PidsLimit}}';
    const shown = `${128 * 1024 * 1024} ${256 * 1024 * 1024} 60\n`;
    expect((await docker('inspect', '--format', format, 'web')).stdout).toBe(shown);
    await docker('restart', '-t', '0', 'web');
    expect(await memoryOf(id)).toBe(String(128 * 1024 * 1024));
    await docker('pause', 'web');
    expect((await docker('update', '--pids-limit', '-1', 'web')).exitCode).toBe(0);
    expect(await limit(id, 'pids.max')).toBe('max');
  });

  test('that the kernel refuses changes nothing', async () => {
    const id = await start('--memory', '64m', '--pids-limit', '50');
    const url = `http://localhost/v1.51/containers/web/update`;
    // More processes than Linux can count.
    const body = JSON.stringify({ PidsLimit: 2 ** 23, Memory: 5e7 });
    const curl = ['-s', '-X', 'POST', '-H', 'Content-Type: application/json', '-d', body];
    const { stdout } = await daemon.command('curl', [...curl, '--unix-socket', daemon.socket, url]);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'CGROUP_UPDATE_REFUSED',
      message: expect.stringContaining(`Cannot update container ${id}: `) as string,
    });
    expect(await limit(id, 'pids.max')).toBe('50');
    expect(await memoryOf(id)).toBe(String(64 * 1024 * 1024));
    const format = '{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}';
    expect((await docker('inspect', '--format', format, 'web')).stdout).toBe('67108864 50\n');
  });

  test.each([
    [['--memory', '1m'], 'Minimum memory limit allowed is 6MB'],
    [['--memory', '1g'], 'update the memoryswap at the same time'],
    [['--cpus', '99'], 'range of CPUs is from 0.01 to'],
    [['--blkio-weight', '5'], 'Range of blkio weight is from 10 to 1000'],
  ])('%j is refused in the words of Docker', async (args, message) => {
    await start('--memory', '64m');
    expect((await docker('update', ...args, 'web')).stderr).toContain(message);
  });

  test('of a container that ends at the same time harms nobody', async () => {
    await start();
    const [updated] = await Promise.all([
      docker('update', '--pids-limit', '60', 'web'),
      docker('kill', 'web'),
    ]);
    expect(updated.exitCode).toBe(0);
    expect((await docker('start', 'web')).exitCode).toBe(0);
  });
});

describe('limits at creation', () => {
  test('a cgroup parent is where the container is', async () => {
    const parent = `berth-parent-${process.pid}`;
    const id = await start('--cgroup-parent', parent, '--memory', '64m');
    onTestFinished(async () => {
      await docker('rm', '-f', 'web');
      const layout = await detectCgroups();
      for (const folder of planCgroup({ layout, path: `/${parent}` }).remove) {
        try {
          rmdirSync(folder);
        } catch (error) {
          if (!hasErrno(error, 'ENOENT')) throw error;
        }
      }
    });
    const format = '{{.State.Pid}}';
    const pid = (await docker('inspect', '--format', format, 'web')).stdout.trim();
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(`/${parent}/${id}\n`);
    await docker('pause', 'web');
    const usage = await docker('stats', '--no-stream', '--format', '{{.MemUsage}}', 'web');
    expect(usage.stdout).toContain('/ 64MiB');
    await docker('unpause', 'web');
    expect((await docker('exec', 'web', 'echo', 'there')).stdout).toBe('there\n');
    expect((await docker('top', 'web')).stdout).toContain('sleep 1000');
  });

  test('device rules allow what they name', async () => {
    // That of /dev/fuse: whether the host has such a driver is all the same.
    const open = 'busybox mknod /x c 10 229 && : </x';
    const run = ['run', '--rm', '--network', 'none', '--name', 'web'];
    const refused = await docker(...run, 'bb', 'sh', '-c', open);
    expect(refused.stderr).toContain('Operation not permitted');
    const rule = ['--device-cgroup-rule', 'c 10:* rw'];
    const allowed = await docker(...run, ...rule, 'bb', 'sh', '-c', open);
    expect(allowed.stderr).not.toContain('not permitted');
    const wrong = await docker('create', '--device-cgroup-rule', 'c x:1 r', 'bb');
    expect(wrong.stderr).toContain('invalid device cgroup');
  });

  test('limits for disks are set, or warned of', async () => {
    const weight = await docker(
      'create',
      '--network',
      'none',
      '--blkio-weight',
      '300',
      'bb',
      'sleep',
      '1000',
    );
    expect(weight.exitCode).toBe(0);
    const id = weight.stdout.trim();
    await docker('start', id);
    const file = await limit(id, 'blkio.bfq.weight', 'blkio.weight', 'io.weight', 'io.bfq.weight');
    if (file === undefined) {
      expect(weight.stderr).toContain('Your kernel does not support Block I/O weight');
    } else {
      expect(file).toContain('300');
    }
    const none = [
      'create',
      '--network',
      'none',
      '--name',
      'web',
      '--device-read-bps',
      '/dev/null:1mb',
    ];
    expect((await docker(...none, 'bb')).stderr).toContain(
      'HostConfig.BlkioDeviceReadBps names "/dev/null", wanted the path of a disk',
    );
  });
});

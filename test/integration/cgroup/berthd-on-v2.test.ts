import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { busyboxArchive } from '../api/busybox-image.ts';
import { RealBerthd } from '../container/real-berthd.ts';
import { unifiedMount } from './unified-mount.ts';

const mount = unifiedMount();

/** Surroundings in which the host has cgroup v2, and nothing of v1: what berthd finds by itself. */
const surroundings = [
  ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c'],
  'umount -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"',
  'berthd-on-v2',
];

/** On a hybrid host v2 has none of the controllers that limit, but the freezer, and it counts processor time. */
describe.skipIf(mount === undefined)('a berthd on cgroup v2', () => {
  const berthd = new RealBerthd();
  let id: string;
  beforeAll(async () => {
    await berthd.start({ under: surroundings });
    await berthd.docker('load', '-i', busyboxArchive(berthd.root));
    const loop = 'sleep 1111 & i=0; while :; do i=$((i+1)); done';
    const options = ['-d', '--network', 'none', '--name', 'busy'];
    id = (await berthd.docker('run', ...options, 'bb', 'sh', '-c', loop)).trim();
  });
  afterAll(async () => {
    await berthd.docker('rm', '-f', 'busy');
    await berthd.destroy();
  });

  const cgroup = (): string => `${mount ?? ''}/berth/${id}`;

  async function ask(path: string): Promise<string> {
    const url = `http://localhost/v1.51${path}`;
    const { stdout } = await promisify(execFile)('curl', [
      ...['-s', '-N', '--max-time', '20', '--unix-socket', berthd.socket, url],
    ]);
    return stdout;
  }

  test('knows where it is, and its containers are in it', async () => {
    expect(await berthd.docker('info', '--format', '{{.CgroupVersion}}')).toBe('2\n');
    expect(readFileSync(`${cgroup()}/cgroup.procs`, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(await berthd.docker('exec', 'busy', 'cat', '/proc/self/cgroup')).toMatch(/^0::\/$/m);
  });

  test('top lists the processes', async () => {
    const pids = readFileSync(`${cgroup()}/cgroup.procs`, 'utf8').trim().split('\n');
    const lines = (await berthd.docker('top', 'busy', '-o', 'pid,args')).trim().split('\n');
    expect(
      lines
        .slice(1)
        .map((line) => line.trim().split(/\s+/)[0])
        .sort(),
    ).toEqual(pids.sort());
    expect(lines.join('\n')).toContain('sleep 1111');
  });

  const used = (): number =>
    Number(/^usage_usec (\d+)$/m.exec(readFileSync(`${cgroup()}/cpu.stat`, 'utf8'))?.[1]);
  const frozen = (): string | undefined =>
    /^frozen (\d)$/m.exec(readFileSync(`${cgroup()}/cgroup.events`, 'utf8'))?.[1];

  test('pause and unpause, with a berthd that is killed in between', async () => {
    expect(await berthd.docker('pause', 'busy')).toBe('busy\n');
    expect(frozen()).toBe('1');
    const then = used();
    expect(await berthd.docker('exec', 'busy', 'true')).toContain('is paused');
    expect(await berthd.docker('stats', '--no-stream', '--format', '{{.CPUPerc}}', 'busy')).toBe(
      '0.00%\n',
    );
    await berthd.end('SIGKILL');
    await berthd.start({ under: surroundings });
    const state = ['inspect', '--format', '{{.State.Status}}', 'busy'];
    expect(await berthd.docker(...state)).toBe('paused\n');
    expect(used()).toBe(then);
    expect(await berthd.docker('unpause', 'busy')).toBe('busy\n');
    expect(frozen()).toBe('0');
    await vi.waitFor(() => {
      expect(used()).toBeGreaterThan(then);
    });
    expect(await berthd.docker(...state)).toBe('running\n');
  });

  test('update says which limits the host cannot carry out, and changes the rest', async () => {
    const update = (...limits: readonly string[]): Promise<string> =>
      berthd.docker('update', ...limits, 'busy');
    expect(await update('--memory', '64m', '--memory-swap', '64m')).toContain(
      'Your kernel does not support memory limit capabilities or the cgroup is not mounted.',
    );
    expect(await update('--pids-limit', '64')).toContain('PIDs limit discarded');
    expect(await update('--restart', 'unless-stopped')).toBe('busy\n');
    const policy = ['inspect', '--format', '{{.HostConfig.RestartPolicy.Name}}', 'busy'];
    expect(await berthd.docker(...policy)).toBe('unless-stopped\n');
  });

  test('stats, once and as a stream', async () => {
    interface Sample {
      readonly read: string;
      readonly preread: string;
      readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
      readonly precpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
    }
    const one = JSON.parse(await ask('/containers/busy/stats?stream=0&one-shot=1')) as Sample;
    expect(one.preread).toBe('0001-01-01T00:00:00Z');
    expect(one.cpu_stats.cpu_usage.total_usage).toBeGreaterThan(0);
    const two = JSON.parse(await ask('/containers/busy/stats?stream=0')) as Sample;
    const { cpu_stats: now, precpu_stats: before } = two;
    expect(now.cpu_usage.total_usage).toBeGreaterThan(before.cpu_usage.total_usage);
    expect(before.cpu_usage.total_usage).toBeGreaterThan(one.cpu_stats.cpu_usage.total_usage);
    // It ends with the container.
    const following = ask('/containers/busy/stats');
    expect(await berthd.docker('stats', '--no-stream', '--format', '{{.CPUPerc}}', 'busy')).toMatch(
      /^[1-9]\d*\.\d\d%\n$/,
    );
    await berthd.docker('stop', '-t', '0', 'busy');
    await berthd.docker('rm', 'busy');
    expect(JSON.parse((await following).split('\n')[0] ?? '')).toMatchObject({ name: '/busy' });
  });
});

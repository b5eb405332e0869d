import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { busyboxArchive } from '../api/busybox-image.ts';
import { RealBerthd } from './real-berthd.ts';

let berthd: RealBerthd;

beforeEach(async () => {
  berthd = new RealBerthd();
  await berthd.start();
  await berthd.docker('load', '-i', busyboxArchive(berthd.root));
});
afterEach(async () => {
  const ids = (await berthd.docker('ps', '-aq')).trim();
  if (ids !== '') await berthd.docker('rm', '-f', ...ids.split('\n'));
  await berthd.destroy();
});

const patience = { timeout: 20_000, interval: 50 };

const show = async (name: string, format: string): Promise<string> =>
  (await berthd.docker('inspect', '--format', format, name)).trim();

async function run(name: string, ...args: readonly string[]): Promise<string> {
  const said = await berthd.docker('run', '-d', '--network', 'none', '--name', name, ...args);
  expect(said).toMatch(/^[0-9a-f]{64}\n$/);
  return said.trim();
}

async function untilStatus(name: string, status: string): Promise<void> {
  await vi.waitFor(async () => {
    expect(await show(name, '{{.State.Status}}')).toBe(status);
  }, patience);
}

/** Processes in the cgroups of a container. */
function processesOf(id: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(`berth/${id}`);
    } catch {
      return false;
    }
  });
}

/** Its folders, in each hierarchy. */
function cgroupsOf(id: string): readonly string[] {
  return globSync([`/sys/fs/cgroup/berth/${id}`, `/sys/fs/cgroup/*/berth/${id}`]);
}

test('a berthd that is killed while containers wait to be started again starts them', async () => {
  const id = await run('loops', '--restart', 'always', 'bb', 'false');
  const sleeper = await run('sleeps', '--restart', 'always', 'bb', 'sleep', '1000');
  await run('stopped', '--restart', 'unless-stopped', 'bb', 'sleep', '1000');
  await berthd.docker('stop', '-t', '0', 'stopped');
  await vi.waitFor(async () => {
    expect(Number(await show('loops', '{{.RestartCount}}'))).toBeGreaterThan(4);
  }, patience);
  const before = Number(await show('loops', '{{.RestartCount}}'));
  await berthd.end('SIGKILL');
  await berthd.start();
  await vi.waitFor(async () => {
    expect(Number(await show('loops', '{{.RestartCount}}'))).toBeGreaterThan(before);
  }, patience);
  expect(await show('sleeps', '{{.State.Status}} {{.RestartCount}}')).toBe('running 0');
  expect(await show('stopped', '{{.State.Status}}')).toBe('exited');
  expect(processesOf(sleeper)).toHaveLength(1);
  await berthd.docker('stop', 'loops');
  expect(processesOf(id)).toEqual([]);
});

test('events have what happened while no berthd was there', async () => {
  await run('gone', 'bb', 'sleep', '1000');
  await run('removed', '--rm', 'bb', 'sleep', '1000');
  await run('again', '--restart', 'always', 'bb', 'sleep', '1000');
  const pids: number[] = [];
  for (const name of ['gone', 'removed', 'again'])
    pids.push(Number(await show(name, '{{.State.Pid}}')));
  await berthd.end('SIGKILL');
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  const left = (): readonly number[] => pids.filter((pid) => existsSync(`/proc/${pid}`));
  await expect.poll(left, patience).toEqual([]);
  await berthd.start();
  const format = '{{.Action}} {{.Actor.Attributes.name}}';
  const events = async (): Promise<readonly string[]> => {
    const now = String(Date.now() / 1000);
    const args = ['--filter', 'type=container', '--since', '1', '--until', now];
    return (await berthd.docker('events', ...args, '--format', format)).trim().split('\n');
  };
  await expect.poll(events, patience).toContain('start again');
  expect((await events()).toSorted()).toEqual([
    ...['destroy removed', 'die again', 'die gone', 'die removed', 'start again'],
  ]);
});

test('a host that loses power starts what its policies want', async () => {
  const id = await run('sleeps', '--restart', 'unless-stopped', 'bb', 'sleep', '1000');
  await run('failure', '--restart', 'on-failure:2', 'bb', 'sleep', '1000');
  const plain = await run('plain', 'bb', 'sleep', '1000');
  await berthd.end('SIGKILL');
  // Monitors and programs go at once, and nobody writes down how.
  for (const name of readdirSync(`${berthd.root}/run/containers`)) powerCut(name);
  await berthd.start();
  await untilStatus('sleeps', 'running');
  await untilStatus('failure', 'running');
  expect(await show('plain', '{{.State.Status}} {{.State.ExitCode}}')).toBe('exited 255');
  expect(cgroupsOf(plain)).toEqual([]);
  expect(processesOf(id)).toHaveLength(1);
});

test('a monitor that is killed leaves nothing of its container', async () => {
  // Who is in the PID namespace of others does not end with the first process.
  const id = await run('shares', '--pid', 'host', 'bb', 'sh', '-c', 'sleep 1000 & sleep 1000');
  await vi.waitFor(() => {
    expect(processesOf(id)).toHaveLength(2);
  }, patience);
  await berthd.docker('pause', 'shares');
  process.kill(parentOf(await show('shares', '{{.State.Pid}}')), 'SIGKILL');
  await untilStatus('shares', 'exited');
  expect(processesOf(id)).toEqual([]);
  expect(cgroupsOf(id)).toEqual([]);
});

/** Kills a container's program and its monitor, the monitor first. */
function powerCut(id: string): void {
  for (const pid of processesOf(id)) {
    process.kill(parentOf(pid), 'SIGKILL');
    process.kill(Number(pid), 'SIGKILL');
  }
}

function parentOf(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

test.each(['running', 'exited'])(
  'a restart is finished when berthd is killed while it is intended and the program is %s',
  async (status) => {
    const id = await run('brief', '--rm', 'bb', 'sleep', '1000');
    while (!(await killedWhen(id, status))) await untilStatus('brief', 'running');
    await berthd.start();
    await vi.waitFor(async () => {
      expect(await show('brief', '{{.State.Status}}')).toBe('running');
      expect(recordOf(id).pending).toBeUndefined();
    }, patience);
    expect(processesOf(id)).toHaveLength(1);
  },
);

interface Stored {
  readonly pending?: object;
  readonly state: { readonly status: string };
}

function recordOf(id: string): Stored {
  const path = `${berthd.root}/data/containers/${id}/container.json`;
  return JSON.parse(readFileSync(path, 'utf8')) as Stored;
}

/** Restarts a container, and kills berthd in the middle of it. Whether that was in time. */
async function killedWhen(id: string, status: string): Promise<boolean> {
  const over = new AbortController();
  const restarted = berthd.docker('restart', '-t', '0', id).finally(() => {
    over.abort();
  });
  while (!over.signal.aborted) {
    const { pending, state } = recordOf(id);
    if (pending && state.status === status) {
      await berthd.end('SIGKILL');
      await restarted;
      return true;
    }
    await new Promise(setImmediate);
  }
  return false;
}

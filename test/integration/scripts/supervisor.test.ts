import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSupervisor } from '../../../runtime/supervise/start-supervisor.ts';
import type { Supervision } from '../../../runtime/supervise/supervision.ts';
import type { SupervisorState } from '../../../runtime/supervise/supervisor-state.ts';
import { identify, isAlive } from '../../../runtime/host/process-identity.ts';
import { hostAt, type ProvisionHost } from '../../../scripts/host/provision-host.ts';
import { places } from '../../../scripts/host/places.ts';
import { bindStep, type Step } from '../../../scripts/steps/index.ts';
import { readSupervisor, stopSupervisor } from '../../../scripts/supervisor/supervisor.ts';
import { undoAll } from './support/sample-plan.ts';
import { until } from './support/until.ts';

let host: ProvisionHost;
let log: string;

beforeEach(async () => {
  host = hostAt(await mkdtemp(join(tmpdir(), 'berth-host-')));
  await mkdir(host.path(places.runFolder), { recursive: true });
  log = host.path('/daemon.log');
});
afterEach(async () => {
  await stopSupervisor(host);
  await rm(host.root, { recursive: true });
  for (const pid of started.splice(0)) expect(await identify(pid), 'left behind').toBeUndefined();
});

/** Pids of the supervisors that a test has started. */
const started: number[] = [];

const quick = { firstMs: 1, longestMs: 8, resetAfterMs: 60_000 };

/** Supervises a shell script that stands for the daemon. */
async function supervise(script: string, options: Partial<Supervision> = {}): Promise<number> {
  const pid = await startSupervisor({
    argv: ['/bin/sh', '-c', script],
    environment: ['PATH=/usr/bin:/bin', 'GREETING=hello'],
    logFile: log,
    stateFile: host.path(places.supervisorState),
    backOff: quick,
    graceMs: 5000,
    ...options,
  });
  started.push(pid);
  return pid;
}

const running = (state: SupervisorState | undefined): SupervisorState | undefined =>
  state?.daemonPid === undefined ? undefined : state;
const state = (): Promise<SupervisorState> =>
  until('a running daemon', async () => running(await readSupervisor(host)));
const daemonPid = async (): Promise<number> => (await state()).daemonPid ?? 0;
const logText = (): Promise<string> => readFile(log, 'utf8').catch(() => '');

const logged = (text: string): Promise<string> =>
  until(`"${text}" in the log`, async () => {
    const all = await logText();
    return all.includes(text) ? all : undefined;
  });

describe('the supervisor', () => {
  test('runs the daemon in a session of its own, with its log', async () => {
    const pid = await supervise('echo "$GREETING from $$"; exec sleep 1000');
    const found = await state();
    expect(found).toMatchObject({ pid, restarts: 0, phase: 'running' });
    await logged('hello from');
    expect(await readFile(`/proc/${pid}/comm`, 'utf8')).toBe('berth-supervise\n');
    const stat = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
    expect(stat[3], 'session').toBe(String(pid));
    expect(await readlink(`/proc/${pid}/cwd`)).toBe('/');
  });

  test('gives the daemon exactly its environment', async () => {
    await supervise('', { argv: ['/bin/sleep', '1000'] });
    const pid = await daemonPid();
    // In the middle of execve(2) the new name is there, and the environment is empty still.
    const environment = await until('the daemon to be sleep', async () =>
      (await readFile(`/proc/${pid}/comm`, 'utf8')) === 'sleep\n'
        ? (await readFile(`/proc/${pid}/environ`, 'utf8')) || undefined
        : undefined,
    );
    expect(environment).toBe('PATH=/usr/bin:/bin\0GREETING=hello\0');
  });

  test('leaks no descriptor to the daemon', async () => {
    await supervise('exec sleep 1000');
    const pid = await daemonPid();
    await until('the daemon to be sleep', async () =>
      (await readFile(`/proc/${pid}/comm`, 'utf8')) === 'sleep\n' ? true : undefined,
    );
    // Once its loader has closed the libraries; a leak would stay.
    await until('no other descriptors', async () =>
      (await readdir(`/proc/${pid}/fd`)).sort().join(' ') === '0 1 2' ? true : undefined,
    );
  });

  test('starts a daemon that ends again and again, and tells how it ended', async () => {
    await supervise('echo start; exit 3');
    const found = await until('three restarts', async () => {
      const now = await readSupervisor(host);
      return (now?.restarts ?? 0) >= 3 ? now : undefined;
    });
    expect(found.lastEnd).toEqual({ exitCode: 3 });
    expect((await logText()).match(/start/g)?.length).toBeGreaterThanOrEqual(3);
  });

  test('pauses longer after each early end, up to the limit', async () => {
    await supervise('date +%s%N; exit 1', {
      backOff: { firstMs: 40, longestMs: 160, resetAfterMs: 60_000 },
    });
    const times = await until('six starts', async () => {
      const lines = (await logText()).trim().split('\n');
      return lines.length >= 6 ? lines.map((line) => Number(line) / 1e6) : undefined;
    });
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    [40, 80, 160, 160, 160].forEach((least, index) => {
      expect(pauses[index], `pause ${index}`).toBeGreaterThanOrEqual(least);
    });
  });

  test('after a healthy run the pause is short again', async () => {
    await supervise('date +%s%N; exit 1', {
      backOff: { firstMs: 20, longestMs: 10_000, resetAfterMs: 0 },
    });
    // Doubling would have reached seconds by then.
    await until('ten starts', async () =>
      (await logText()).trim().split('\n').length >= 10 ? true : undefined,
    );
  });

  test('kill -9 of the daemon brings a new one, and says which signal', async () => {
    await supervise('exec sleep 1000');
    const first = await daemonPid();
    process.kill(first, 'SIGKILL');
    const next = await until('another daemon', async () => {
      const now = running(await readSupervisor(host));
      return now !== undefined && now.daemonPid !== first ? now : undefined;
    });
    expect(next).toMatchObject({ restarts: 1, lastEnd: { signal: 9 } });
  });

  test('a daemon that cannot be executed is retried, and the log says why', async () => {
    await supervise('', { argv: ['/no/such/daemon'] });
    await logged('berth supervisor: "/no/such/daemon" cannot be executed');
    const found = await until('an end', async () => {
      const now = await readSupervisor(host);
      return now?.lastEnd === undefined ? undefined : now;
    });
    expect(found.lastEnd).toEqual({ exitCode: 127 });
  });

  test('SIGHUP goes to the daemon', async () => {
    const pid = await supervise(
      'trap "echo reloaded" HUP; echo ready; while :; do sleep 0.01; done',
    );
    await logged('ready');
    process.kill(pid, 'SIGHUP');
    await logged('reloaded');
  });

  test('is small: at most 64 KB of its own', async () => {
    const pid = await supervise('exec sleep 1000');
    await state();
    const pss = /^Pss:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/smaps_rollup`, 'utf8'));
    expect(Number(pss?.[1])).toBeLessThanOrEqual(64);
  });

  test('a log that cannot be opened is an error that names it', async () => {
    await expect(
      supervise('exec sleep 1', { logFile: '/no/such/folder/log' }),
    ).rejects.toMatchObject({
      code: 'SYSCALL_FAILED',
      message: expect.stringContaining('/no/such/folder/log') as unknown,
    });
    expect(await readSupervisor(host)).toBeUndefined();
  });
});

describe('stopping', () => {
  test('stops daemon and supervisor and removes the state', async () => {
    await supervise('exec sleep 1000');
    const found = await state();
    const daemon = await identify(found.daemonPid ?? 0);
    await stopSupervisor(host);
    expect(await isAlive(found)).toBe(false);
    expect(daemon && (await isAlive(daemon))).toBe(false);
    expect(await readdir(host.path(places.runFolder))).toEqual([]);
    await stopSupervisor(host);
  });

  test('lets the daemon tidy up on SIGTERM', async () => {
    await supervise('trap "echo tidied; exit 0" TERM; echo ready; while :; do sleep 0.01; done');
    await logged('ready');
    await stopSupervisor(host);
    expect(await logText()).toBe('ready\ntidied\n');
  });

  test('kills a daemon that ignores SIGTERM after the grace period', async () => {
    await supervise('trap "" TERM; echo ready; while :; do sleep 0.01; done', { graceMs: 50 });
    await logged('ready');
    const daemon = await identify(await daemonPid());
    await stopSupervisor(host);
    expect(daemon && (await isAlive(daemon))).toBe(false);
  });

  test('between two starts it stops at once', async () => {
    await supervise('exit 1', { backOff: { firstMs: 60_000, longestMs: 60_000, resetAfterMs: 1 } });
    await until('the pause', async () => {
      const now = await readSupervisor(host);
      return now?.phase === 'waiting' ? now : undefined;
    });
    await stopSupervisor(host);
    expect(await readSupervisor(host)).toBeUndefined();
  });

  test('a supervisor that was killed takes the daemon with it, and its state names nobody', async () => {
    const pid = await supervise('exec sleep 1000');
    const daemon = await identify(await daemonPid());
    process.kill(pid, 'SIGKILL');
    await until('the end of the daemon', async () =>
      daemon && (await isAlive(daemon)) ? undefined : true,
    );
    expect(await readSupervisor(host)).toBeUndefined();
    await stopSupervisor(host);
    expect(await readdir(host.path(places.runFolder))).toEqual([]);
  });

  test('never signals a process that got the pid of a dead supervisor', async () => {
    const stateFile = host.path(places.supervisorState);
    await supervise('exec sleep 1000');
    await state();
    const bytes = await readFile(stateFile);
    await stopSupervisor(host);
    // This very process, with the dead one's start time: signalled, the test run would end.
    bytes.writeInt32LE(process.pid, 0);
    await writeFile(stateFile, bytes);
    expect(await readSupervisor(host)).toBeUndefined();
    await stopSupervisor(host);
  });
});

describe('the service step', () => {
  const service = (script: string): Extract<Step, { kind: 'service' }> => ({
    kind: 'service',
    manager: 'supervisor',
    name: 'berth',
    leftovers: [],
    definition: {
      path: places.supervisedService,
      mode: 0o644,
      content: JSON.stringify({
        argv: ['/bin/sh', '-c', script],
        environment: [],
        logFile: '/daemon.log',
      }),
    },
  });

  test('starts, is done, starts anew for another definition, and goes back', async () => {
    const first = bindStep(service('exec sleep 1000'));
    const captured = await first.capture(host);
    await first.apply(host);
    expect(await first.isDone(host)).toBe(true);
    const pid = await daemonPid();

    const second = bindStep(service('exec sleep 1001'));
    expect(await second.isDone(host)).toBe(false);
    const capturedSecond = await second.capture(host);
    await second.apply(host);
    const other = await daemonPid();
    expect(other).not.toBe(pid);

    await second.undo({
      captured: capturedSecond,
      host,
      options: { ...undoAll, services: 'restore' },
    });
    expect(await first.isDone(host)).toBe(true);
    await first.undo({ captured, host, options: undoAll });
    expect(await readSupervisor(host)).toBeUndefined();
    expect(await readdir(host.path(places.runFolder))).toEqual([]);
  });

  test('is not done while others may read what is for root alone, nor is that left behind', async () => {
    await mkdir(host.path(places.configFolder), { recursive: true });
    const path = places.daemonEnvironment;
    const step = bindStep({
      ...service('exec sleep 1000'),
      companions: [{ path, content: 'X="1"\n', mode: 0o600 }],
    });
    const captured = await step.capture(host);
    for (const file of [path, places.supervisedService]) {
      await step.apply(host);
      expect(await step.isDone(host)).toBe(true);
      expect(await step.diff(host)).toBe('');
      await chmod(host.path(file), 0o604);
      expect(await step.isDone(host)).toBe(false);
      expect(await step.diff(host)).toContain(`${file}: mode 0604 -> `);
    }
    await step.apply(host);
    expect((await stat(host.path(path))).mode & 0o777).toBe(0o600);
    await step.undo({ captured, host, options: undoAll });
    expect(await readdir(host.path(places.configFolder))).toEqual([]);
  });
});

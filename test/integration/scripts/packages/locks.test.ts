import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../../../runtime/host/clock.ts';
import { runChecked } from '../../../../scripts/host/commands.ts';
import { apt } from '../../../../scripts/packages/apt/apt.ts';
import { exclusively } from '../../../../scripts/packages/lock/exclusively.ts';
import type { LockFile, LockWait } from '../../../../scripts/packages/lock/lock-file.ts';
import { lockHolder } from '../../../../scripts/packages/lock/lock-holder.ts';
import { identify } from '../../../../runtime/host/process-identity.ts';
import { pacman } from '../../../../scripts/packages/pacman/pacman.ts';
import { dnf } from '../../../../scripts/packages/rpm/dnf.ts';
import { zypper } from '../../../../scripts/packages/rpm/zypper.ts';
import { until } from '../support/until.ts';
import { makePrivateMachine, type PrivateMachine } from './support/private-machine.ts';

let machine: PrivateMachine;

beforeAll(async () => {
  machine = await makePrivateMachine('debian');
});
afterAll(() => machine.remove());

/** What berth starts itself does not count as a holder; so the starter ends, and its program belongs to process 1. */
async function startForeign(
  ...argv: readonly string[]
): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const starter = machine.start('sh', '-c', 'setsid "$@" >/dev/null 2>&1 & echo $!', 'sh', ...argv);
  const said = once(starter.stdout ?? starter, 'data') as Promise<[Buffer]>;
  await once(starter, 'exit');
  const pid = Number((await said)[0].toString());
  // Before that it is still the shell, or setsid.
  await until('the program to run', async () => {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return line === `${argv.join('\0')}\0` ? true : undefined;
  });
  return {
    pid,
    stop: async () => {
      process.kill(-pid, 'SIGKILL');
      await until('the process to end', async () =>
        (await identify(pid)) === undefined ? true : undefined,
      );
    },
  };
}

/** Time that passes when it is waited for. */
function quickClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      now += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe("apt's lock, held by a real apt-get", () => {
  // It stops where dpkg is about to run, with its locks held, until the pipe is written to.
  const gate = 'DPkg::Pre-Invoke::=cat /srv/gate';
  const install = ['apt-get', 'install', '-y', '-o', gate, '/srv/berth-held.deb'] as const;

  test('is waited for, and its holder is named', async () => {
    await machine.fill('/srv', async (folder) => {
      await mkdir(`${folder}/tree/DEBIAN`, { recursive: true });
      const control =
        'Package: berth-held\nVersion: 1\nArchitecture: all\nMaintainer: t <t@t.invalid>\nDescription: t\n';
      await writeFile(`${folder}/tree/DEBIAN/control`, control);
    });
    await machine.must('dpkg-deb', '--build', '-Znone', '/srv/tree', '/srv/berth-held.deb');
    await machine.must('mkfifo', '/srv/gate');
    const other = await startForeign(...install);
    await until('apt-get to hold the lock', () => lockHolder(machine, apt.locks));
    const waits: LockWait[] = [];
    const holding = apt.hold(machine, ['bash'], {
      onWait: (wait) => {
        waits.push(wait);
        // Only when berth waits does the other one go on.
        void machine.must('sh', '-c', 'echo go > /srv/gate');
      },
    });
    await holding;
    expect(waits[0]).toMatchObject({
      pid: other.pid,
      command: expect.stringMatching(/^apt-get install/) as unknown,
      path: '/var/lib/dpkg/lock-frontend',
      waitedMs: 0,
    });
    expect(await apt.held(machine, ['bash'])).toEqual(['bash']);
    expect(await apt.missing(machine, [{ name: 'berth-held' }])).toEqual([]);
    await apt.unhold(machine, ['bash']);
  });

  test('is given up after the limit, with the pid and what to do, and nothing has changed', async () => {
    await machine.must('dpkg', '--purge', 'berth-held');
    const other = await startForeign(...install);
    await until('apt-get to hold the lock', () => lockHolder(machine, apt.locks));
    const waits: number[] = [];
    const work = {
      clock: quickClock(),
      lockLimitMs: 31_000,
      onWait: ({ waitedMs }: LockWait) => waits.push(waitedMs),
    };
    await expect(apt.hold(machine, ['bash'], work)).rejects.toMatchObject({
      code: 'PACKAGE_LOCKED',
      message: expect.stringContaining(`process ${other.pid}`) as unknown,
      remedy: expect.stringContaining(String(other.pid)) as unknown,
      details: { pid: other.pid, path: '/var/lib/dpkg/lock-frontend', waitedMs: 31_000 },
    });
    expect(waits).toEqual([0, 30_000]);
    expect(await apt.held(machine, ['bash'])).toEqual([]);
    await other.stop();
  });

  test('Ctrl-C ends the wait at once', async () => {
    const other = await startForeign(...install);
    await until('apt-get to hold the lock', () => lockHolder(machine, apt.locks));
    const controller = new AbortController();
    const stopped = new Error('stopped');
    await expect(
      apt.hold(machine, ['bash'], {
        signal: controller.signal,
        onWait: () => {
          controller.abort(stopped);
        },
      }),
    ).rejects.toBe(stopped);
    await other.stop();
    expect(await lockHolder(machine, apt.locks)).toBeUndefined();
  });
});

describe('who holds a lock', () => {
  test.each([
    { what: 'fcntl(2), as apt, rpm and dnf 5 do', call: 'fcntl.lockf(f, fcntl.LOCK_EX)' },
    { what: 'flock(2), as apk does', call: 'fcntl.flock(f, fcntl.LOCK_EX)' },
  ])('is found for $what', async ({ call }) => {
    const locks: readonly LockFile[] = [{ path: '/srv/some.lock', proof: 'lock' }];
    await machine.write('/srv/some.lock', '');
    expect(await lockHolder(machine, locks)).toBeUndefined();
    const open = 'import fcntl, time; f = open("/srv/some.lock", "r+")';
    // Having it open is not having it locked.
    const reader = await startForeign('/usr/bin/python3', '-c', `${open}; time.sleep(600)`);
    const other = await startForeign('/usr/bin/python3', '-c', `${open}; ${call}; time.sleep(600)`);
    const holder = await until('the lock', () => lockHolder(machine, locks));
    expect(holder).toMatchObject({ pid: other.pid, path: '/srv/some.lock' });
    await other.stop();
    expect(await lockHolder(machine, locks)).toBeUndefined();
    await reader.stop();
  });

  test.each([
    { name: 'dnf', locks: dnf.locks, path: '/var/cache/dnf/metadata_lock.pid' },
    { name: 'zypper', locks: zypper.locks, path: '/run/zypp.pid' },
  ])('is found for the pid file of $name, while the process lives', async ({ locks, path }) => {
    const other = await startForeign('sleep', '600');
    await machine.write(path, String(other.pid));
    expect(await lockHolder(machine, locks)).toEqual({
      path,
      pid: other.pid,
      command: expect.stringMatching(/sleep 600$/) as unknown,
    });
    await other.stop();
    expect(await lockHolder(machine, locks)).toBeUndefined();
    await rm(machine.path(path));
  });

  test('is not this process, nor a program that it has started', async () => {
    const child = machine.start('sleep', '600');
    await once(child, 'spawn');
    await machine.write('/run/zypp.pid', String(child.pid));
    expect(await lockHolder(machine, zypper.locks)).toBeUndefined();
    await rm(machine.path('/run/zypp.pid'));
  });
});

describe("pacman's lock", () => {
  const path = '/var/lib/pacman/db.lck';

  test('that was left behind is said to be that, soon', async () => {
    await machine.write(path, '');
    await expect(pacman.refresh(machine, { clock: quickClock() })).rejects.toMatchObject({
      code: 'PACKAGE_LOCKED',
      remedy: expect.stringContaining(`rm ${path}`) as unknown,
      details: { waitedMs: 3000 },
    });
    await rm(machine.path(path));
  });

  test('is seen as held by the pacman that has it', async () => {
    await machine.write(
      '/etc/pacman.conf',
      '[options]\nArchitecture = auto\nXferCommand = /bin/cat /srv/pacman-gate\n[x]\nServer = http://berth.invalid\n',
    );
    await machine.must('mkfifo', '/srv/pacman-gate');
    const other = await startForeign('pacman', '-Sy');
    // The file is there a moment before it is looked at who has it open.
    const holder = await until('the lock', async () => {
      const seen = await lockHolder(machine, pacman.locks);
      return seen?.pid === undefined ? undefined : seen;
    });
    expect(holder).toMatchObject({ pid: other.pid, command: 'pacman -Sy', path });
    await other.stop();
    await rm(machine.path(path), { force: true });
  });
});

test('who loses the race for the lock waits and tries again', async () => {
  const locks: readonly LockFile[] = [{ path: '/srv/race.lock', proof: 'open' }];
  let tries = 0;
  const outcome = await exclusively(
    machine,
    {
      locks,
      run: async () => {
        tries += 1;
        if (tries > 1) return 'done';
        // As if another one had taken it between the look and the start.
        await machine.write('/srv/race.lock', '');
        return runChecked(machine.run, ['false']);
      },
    },
    { clock: quickClock(), onWait: () => void rm(machine.path('/srv/race.lock')) },
  );
  expect([outcome, tries]).toEqual(['done', 2]);
});

import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { busyboxArchive, busyboxImage } from '../cli/busybox-archive.ts';
import { makePrivateHost, processesIn, type PrivateHost } from './support/private-host.ts';

let host: PrivateHost;
let before: readonly string[];

beforeEach(async () => {
  host = await makePrivateHost();
  before = await host.snapshot();
});
afterEach(async () => {
  if (existsSync(host.path('/var/lib/berth'))) await host.berth('down', '--purge', '--yes');
  await host.remove();
});

/** The machine's own IPv6 forwarding is not a test's to switch. */
const skipFixes = ['--skip', 'sysctl.forward=not a test of it'];
const up = (...more: readonly string[]) => host.berth('up', ...skipFixes, ...more);

/** Nothing of berth is left: no file, process, control group. */
async function expectAsBefore(): Promise<void> {
  expect(await host.snapshot()).toEqual(before);
  expect(await processesIn(host)).toEqual([]);
}

describe('up', () => {
  test('ends in hello-world, changes nothing the second time, and is undone to the byte', async () => {
    // By the way of the README: no other test here needs the sources themselves.
    const first = await host.berthOfSources('up', ...skipFixes);
    expect(first.stderr).toBe('');
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.stdout).toContain('Hello from berth!');
    expect(first.stdout).toMatch(/warning: the same from a registry was not possible/);
    expect(first.stdout).toContain('berth is up.');

    const status = await host.berthOfSources('status');
    expect(status.exitCode).toBe(0);
    expect(status.stdout).toMatch(/^service {3}active, under supervisor$/m);
    expect(status.stdout).toMatch(/^daemon {4}process \d+, up for \d+ s/m);

    const set = await host.snapshot();
    const second = await host.berthOfSources('up', ...skipFixes);
    expect(second.stdout).toContain('Nothing to change');
    expect(second.exitCode).toBe(0);
    expect(await host.snapshot()).toEqual(set);

    const down = await host.berthOfSources('down', '--purge', '--yes');
    expect(down.stderr).toBe('');
    expect(down.stdout).toContain('This is lost for good: 0 containers, 1 images');
    expect(down).toMatchObject({ exitCode: 0 });
    await expectAsBefore();
    expect((await host.berth('down')).stdout).toMatch(/^Nothing to undo/);
  });

  test('merges into a daemon.json that is there, and down puts back its bytes', async () => {
    await mkdir(host.path('/etc/berth'), { mode: 0o750 });
    const mine = '{"registry-mirrors":["https://mirror.example"],\n "labels": ["x=1"]}';
    const path = host.path('/etc/berth/daemon.json');
    await writeFile(path, '{\n "registry-mirors": []}', { mode: 0o600 });
    before = await host.snapshot();
    const refused = await up('--no-smoke-test');
    expect(refused.stderr).toMatch(/"registry-mirors": wanted .* did you mean "registry-mirrors"/);
    await expectAsBefore();
    await writeFile(path, mine, { mode: 0o600 });
    before = await host.snapshot();
    expect((await up('--no-smoke-test')).exitCode).toBe(0);
    const merged: unknown = JSON.parse(await readFile(host.path('/etc/berth/daemon.json'), 'utf8'));
    expect(merged).toMatchObject({
      'registry-mirrors': ['https://mirror.example'],
      labels: ['x=1'],
    });
    expect((await host.berth('down', '--purge', '--yes')).exitCode).toBe(0);
    await expectAsBefore();
  });

  test('keeps each edit of daemon.json in a file of its own, and names each once', async () => {
    expect((await up('--no-smoke-test')).exitCode).toBe(0);
    const path = host.path('/etc/berth/daemon.json');
    const edit = async (comment: string): Promise<void> =>
      writeFile(path, `// ${comment}\n${await readFile(path, 'utf8')}`);
    await edit('first');
    const used = await host.berth('mirrors', 'use', 'registry=http://127.0.0.1:1', '--force');
    expect(used.exitCode).toBe(0);
    await edit('second');
    const down = await host.berth('down', '--purge', '--yes');
    expect(down.exitCode).toBe(0);
    expect(await readFile(`${path}.berth-kept`, 'utf8')).toMatch(/^\/\/ second\n\/\/ first\n/);
    expect(await readFile(`${path}.berth-kept-2`, 'utf8')).toMatch(/^\/\/ first\n\{/);
    expect(down.stdout.match(/(?<=that text is now in ")[^"]*/g)).toEqual([
      '/etc/berth/daemon.json.berth-kept',
      '/etc/berth/daemon.json.berth-kept-2',
    ]);
  });

  test('shows the plan with differences and touches nothing with --dry-run', async () => {
    const ended = await up('--dry-run');
    expect(ended.stdout).toContain('+++ /etc/berth/daemon.json');
    expect(ended.stdout).toContain('Nothing was changed.');
    expect(ended.exitCode).toBe(0);
    expect(await host.snapshot()).toEqual(before);
  });

  test('a saved plan brings its own socket along', async () => {
    const [file, socket] = ['/run/plan.json', '/run/other/b.sock'];
    expect((await up('--save-plan', file, '--socket', socket)).exitCode).toBe(0);
    const applied = await up('--plan', file);
    expect(applied.stdout).toContain(`engine    ${socket}`);
    expect(applied.exitCode).toBe(0);
    await host.berth('down', '--purge', '--yes');
    await rm(host.path(file));
    await expectAsBefore();
  });

  test('applies a saved plan, but not once the host has moved', async () => {
    const file = '/run/plan.json';
    expect((await up('--save-plan', file)).exitCode).toBe(0);
    await mkdir(host.path('/etc/berth'));
    const stale = await host.berth('up', '--plan', file);
    expect(stale).toMatchObject({ exitCode: 1 });
    expect(stale.stderr).toMatch(/^berth: PLAN_STALE: .*make folder \/etc\/berth/);
    expect((await up('--save-plan', file)).exitCode).toBe(0);
    expect((await host.berth('up', '--plan', file, '--no-smoke-test')).exitCode).toBe(0);
    expect((await host.berth('up', '--plan', file)).stdout).toContain('Nothing to change');
  });

  test('serves the Docker socket too and keeps data elsewhere, when asked; down removes both', async () => {
    const ended = await up(
      '--docker-socket',
      '--data-root',
      '/var/lib/elsewhere',
      '--no-smoke-test',
    );
    expect(ended.stderr).toBe('');
    const client = ['docker', '-H', 'unix:///var/run/docker.sock', 'images', '-q'] as const;
    expect((await host.start(client).ended).stdout).not.toBe('');
    expect(existsSync(host.path('/var/lib/elsewhere/images'))).toBe(true);
    expect(existsSync(host.path('/var/lib/berth/images'))).toBe(false);
    expect((await host.berth('down', '--purge', '--yes')).exitCode).toBe(0);
    await expectAsBefore();
  });

  test('prints one JSON document with --json', async () => {
    const ended = await up('--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({
      outcome: 'changed',
      engine: { socketPath: '/run/berth/berth.sock' },
      smoke: { registry: { kind: 'unavailable' } },
    });
  });
});

describe('killed or interrupted', () => {
  const moments = [
    'make group berth',
    'write /etc/berth/daemon.json',
    '==> Waiting for the engine',
  ];

  test.each(moments)('kill -9 at "%s": down puts the host back', async (moment) => {
    const running = host.startBerth('up', ...skipFixes);
    await running.printed(`    ${moment}`.replace('    ==>', '==>'));
    running.process.kill('SIGKILL');
    expect((await running.ended).exitCode).toBe(137);
    expect((await host.berth('status')).stdout).toMatch(
      /^host {6}(a run from .* was cut short|set up)/m,
    );
    expect((await host.berth('down', '--purge', '--yes')).exitCode).toBe(0);
    await expectAsBefore();
  });

  test('kill -9 in the middle: the next up goes on and down undoes both', async () => {
    const running = host.startBerth('up', ...skipFixes);
    await running.printed('    make group berth');
    running.process.kill('SIGKILL');
    await running.ended;
    const again = await up();
    expect(again.stdout).toContain('continuing a run that was cut short');
    expect(again.exitCode).toBe(0);
    expect((await host.berth('down', '--purge', '--yes')).exitCode).toBe(0);
    await expectAsBefore();
  });

  test.each(moments)('Ctrl-C at "%s" undoes everything and ends with 130', async (moment) => {
    const running = host.startBerth('up', ...skipFixes);
    await running.printed(`    ${moment}`.replace('    ==>', '==>'));
    running.process.kill('SIGINT');
    const { exitCode, stderr } = await running.ended;
    expect(stderr).toMatch(/^berth: INTERRUPTED: SIGINT asked berth to stop; everything/);
    expect(exitCode).toBe(130);
    await expectAsBefore();
  });

  test('a second up at the same time is refused and names the first', async () => {
    const first = host.startBerth('up', ...skipFixes, '--no-smoke-test');
    await first.printed('    make group berth');
    first.process.kill('SIGSTOP');
    const second = await up();
    first.process.kill('SIGCONT');
    expect(second).toMatchObject({ exitCode: 1 });
    expect(second.stderr).toMatch(
      /^berth: UP_RUNNING: another berth, process \d+, is changing this host/,
    );
    expect((await first.ended).exitCode).toBe(0);
  });
});

test('a reboot takes /run and all processes: down puts the host back after two runs', async () => {
  expect((await up('--no-smoke-test')).exitCode).toBe(0);
  expect((await up('--no-smoke-test', '--docker-socket')).exitCode).toBe(0);
  for (let left = await processesIn(host); left.length > 0; left = await processesIn(host)) {
    for (const process_ of left) killIfThere(Number.parseInt(process_, 10));
  }
  // Lazily: what has just been killed may still hold it.
  const reboot = 'umount --lazy /run && mount -t tmpfs -o mode=755 berth-test /run';
  expect((await host.start(['sh', '-c', reboot]).ended).exitCode).toBe(0);
  const down = await host.berth('down', '--purge', '--yes');
  expect(down).toMatchObject({ exitCode: 0, stderr: '' });
  await expectAsBefore();
});

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

describe('in the way', () => {
  test('a file where the socket belongs', async () => {
    await mkdir(host.path('/run/berth'));
    await writeFile(host.path('/run/berth/berth.sock'), 'not a socket');
    before = await host.snapshot();
    const ended = await up();
    expect(ended).toMatchObject({ exitCode: 1 });
    expect(ended.stderr).toMatch(/^berth: (CHECK_FAILED|PATH_IN_THE_WAY): .*berth\.sock/);
    await expectAsBefore();
  });

  test('a daemon that answers on the socket and is not ours', async () => {
    await mkdir(host.path('/run/berth'));
    const server = createServer((_request, response) => response.end('OK'));
    await new Promise<void>((resolve) => {
      server.listen(host.path('/run/berth/berth.sock'), resolve);
    });
    const ended = await up();
    expect(ended.stderr).toMatch(/^berth: SOCKET_TAKEN: a daemon that this berth did not start/);
    expect(ended).toMatchObject({ exitCode: 1 });
    await new Promise((resolve) => server.close(resolve));
    expect(existsSync(host.path('/etc/berth'))).toBe(false);
  });

  test('a read-only /etc', async () => {
    await host.start(['mount', '-o', 'remount,bind,ro', '/etc']).ended;
    before = await host.snapshot();
    const ended = await up();
    expect(ended).toMatchObject({ exitCode: 1 });
    expect(ended.stderr).toMatch(
      /^berth: (STEP|COMMAND)_FAILED: .*everything this run had done was undone/s,
    );
    await expectAsBefore();
    await host.start(['mount', '-o', 'remount,bind,rw', '/etc']).ended;
  });

  test('a data root that is a folder of the system', async () => {
    const refused = await up('--data-root', '/');
    expect(refused.stderr).toMatch(/^berth: USAGE: --data-root names "\/" for images/);
    expect(refused.exitCode).toBe(2);
    await mkdir(host.path('/etc/berth'));
    await writeFile(host.path('/etc/berth/daemon.json'), '{"data-root": "/usr"}');
    expect((await up('--dry-run')).stderr).toMatch(
      /^berth: USAGE: \/etc\/berth\/daemon.json names "\/usr"/,
    );
  });

  test('a daemon.json that is not JSON', async () => {
    await mkdir(host.path('/etc/berth'));
    await writeFile(host.path('/etc/berth/daemon.json'), '{"a": 1,}');
    before = await host.snapshot();
    const ended = await up();
    expect(ended.stderr).toMatch(/^berth: DAEMON_CONFIG_INVALID: "\/etc\/berth\/daemon\.json"/);
    expect(ended).toMatchObject({ exitCode: 1 });
    await expectAsBefore();
  });
});

describe('down', () => {
  test('keeps container data without --purge, and removes it later with it', async () => {
    expect((await up()).exitCode).toBe(0);
    const kept = await host.berth('down');
    expect(kept.stdout).toMatch(/kept: 0 containers, 1 images, 0 volumes .*berth down --purge/);
    expect(kept.exitCode).toBe(0);
    expect(existsSync(host.path('/var/lib/berth/images'))).toBe(true);
    expect(existsSync(host.path('/etc/berth'))).toBe(false);
    expect((await host.berth('status')).stdout).toMatch(
      /^host {6}not set up; container data is left/,
    );
    expect((await up()).exitCode).toBe(0);
    expect((await host.berth('down', '--purge', '--yes')).exitCode).toBe(0);
    await expectAsBefore();
  });

  test('asks before it removes data, and where nobody can be asked wants --yes', async () => {
    expect((await up()).exitCode).toBe(0);
    const set = await host.snapshot();
    const ended = await host.berth('down', '--purge');
    expect(ended.stderr).toMatch(/^berth: USAGE: there is no terminal to ask on.*wanted --yes/);
    expect(ended).toMatchObject({ exitCode: 2 });
    expect(await host.snapshot()).toEqual(set);
  });
});

describe('down with containers', () => {
  /** Ends on SIGTERM, which the first process of a container ignores unless it says otherwise. */
  const waiting = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'];

  async function runTwo(): Promise<readonly string[]> {
    expect((await up('--no-smoke-test')).exitCode).toBe(0);
    await writeFile(host.path('/run/busybox.tar'), await busyboxArchive());
    expect((await host.berth('load', '-i', '/run/busybox.tar')).exitCode).toBe(0);
    await rm(host.path('/run/busybox.tar'));
    const ids: string[] = [];
    for (let n = 0; n < 2; n += 1) {
      const ended = await host.berth('run', '-d', busyboxImage, ...waiting);
      expect(ended.stderr).not.toContain('berth:');
      ids.push(ended.stdout.trim());
    }
    return ids;
  }

  const cgroupsOf = (ids: readonly string[]): readonly string[] =>
    readdirSync('/sys/fs/cgroup').flatMap((hierarchy) =>
      ids.map((id) => `/sys/fs/cgroup/${hierarchy}/berth/${id}`).filter(existsSync),
    );

  test('stops those that run', async () => {
    const ids = await runTwo();
    expect(cgroupsOf(ids)).not.toEqual([]);
    const ended = await host.berth('down', '--purge', '--yes');
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toContain('This is lost for good: 2 containers, 2 images');
    expect(ended.stdout).toContain('2 stopped');
    await expectAsBefore();
    expect(cgroupsOf(ids)).toEqual([]);
  });

  test('keep their data root: another one is refused while they run', async () => {
    await runTwo();
    const moved = await up('--no-smoke-test', '--data-root', '/var/other/data');
    expect(moved.stderr).toMatch(
      /CONTAINERS_IN_DATA_ROOT.*"\/var\/lib\/berth".*"\/var\/other\/data"/,
    );
    expect(moved.exitCode).toBe(1);
    expect((await host.berth('ps', '--quiet')).stdout.trim().split('\n')).toHaveLength(2);
    await host.berth('down', '--purge', '--yes');
    await expectAsBefore();
  });

  test('starts a dead daemon once more to stop those that outlived it', async () => {
    const ids = await runTwo();
    const { stdout } = await host.berth('status', '--json');
    const { supervisor } = JSON.parse(stdout) as { supervisor: { pid: number } };
    process.kill(supervisor.pid, 'SIGKILL');
    const ended = await host.berth('down', '--purge', '--yes');
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toContain('2 stopped');
    await expectAsBefore();
    expect(cgroupsOf(ids)).toEqual([]);
  });

  test('killed in the middle, the next one goes on', async () => {
    const ids = await runTwo();
    const running = host.startBerth('down', '--purge', '--yes');
    await running.printed('undone: start service');
    running.process.kill('SIGKILL');
    await running.ended;
    expect((await host.berth('down', '--purge', '--yes')).stderr).toBe('');
    await expectAsBefore();
    expect(cgroupsOf(ids)).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { environmentFile } from '../../../templates/environment-file.ts';
import { fileLoggedEnvironment } from '../../../templates/file-logged-command.ts';
import { openrcScript } from '../../../templates/openrc-script.ts';
import { initScript, runOpenrc } from './support/openrc-host.ts';
import { makePrivateHost, processesIn, type PrivateHost } from './support/private-host.ts';
import { until } from './support/until.ts';

const slowMs = 120_000;
let host: PrivateHost;

beforeEach(async () => {
  host = await makePrivateHost();
  await runOpenrc(host);
});
afterEach(async () => {
  await host.start(['rc-service', 'berth', 'stop']).ended;
  expect(await processesIn(host)).toEqual([]);
  await host.remove();
}, slowMs);

const script = (name: string, text: string): Promise<void> => initScript(host, name, text);

async function must(...argv: readonly [string, ...string[]]): Promise<string> {
  const { exitCode, stdout, stderr } = await host.start(argv).ended;
  expect({ argv, exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout.trim();
}

const option = async (name: string): Promise<string> =>
  (await readFile(host.path(`/run/openrc/options/berth/${name}`), 'utf8')).trim();

/** Words that need quoting: OpenRC's functions put them through eval. */
const awkward = ['a b', '100%', '$HOME', `it's "x"`, 'back\\slash', ';', '&'];

describe('the OpenRC script', () => {
  const log = '/var/log/berthd.log';
  const variables = '/etc/berth/environment';
  /** The script with a daemon that tells its words and variables, and then sleeps. */
  async function install(command: string): Promise<void> {
    const argv = ['/bin/sh', '-c', command, ...awkward] as const;
    const environment = ['PATH=/usr/bin:/bin', 'HTTPS_PROXY=http://u:p%40ss@proxy:3128', 'X=a b'];
    const rest = { configDigest: 'sha256:0', sockets: [], group: 'root' };
    const daemon = { argv, environment, logFile: log, ...rest };
    await script(
      'berth',
      openrcScript(daemon, { runFolder: '/run/berth', environmentFile: variables }),
    );
    await mkdir(host.path('/run/berth'));
    await mkdir(host.path('/etc/berth'));
    await writeFile(host.path(variables), environmentFile(fileLoggedEnvironment(daemon)));
  }

  test('hands words and variables over as they are, and nothing else', async () => {
    await install('printf "%s\\n" "$0" "$@"; env; echo told; exec sleep 1000');
    await must('rc-service', 'berth', 'start');
    const said = await until('its words', async () => {
      const text = await readFile(host.path(log), 'utf8').catch(() => '');
      return text.includes('told') ? text.split('\n') : undefined;
    });
    expect(said.slice(0, awkward.length)).toEqual(awkward);
    const names = said
      .slice(awkward.length, said.indexOf('told'))
      .map((line) => line.split('=')[0]);
    const wanted = ['BERTH_DEFINITION', 'BERTH_LOG_FILE', 'HTTPS_PROXY', 'PATH', 'X'];
    expect(
      names.filter((name) => name !== 'PWD' && name !== '_' && name !== 'SHLVL').sort(),
    ).toEqual(wanted);
    expect(said).toContain('HTTPS_PROXY=http://u:p%40ss@proxy:3128');
  });

  test('shows nobody a password: not in arguments, nor in what OpenRC keeps', async () => {
    await install('echo told; exec sleep 1000');
    await must('rc-service', 'berth', 'start');
    await until('the daemon', async () =>
      (await readFile(host.path(log), 'utf8').catch(() => '')).includes('told') ? true : undefined,
    );
    const pids = (await processesIn(host)).map((line) => line.split(' ')[0] ?? '');
    expect(pids.length).toBeGreaterThanOrEqual(2);
    for (const pid of pids) {
      expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('p%40ss');
    }
    const kept = await host.start(['grep', '-r', 'p%40ss', '/run', '/etc/init.d', log]).ended;
    expect(kept.stdout).toBe('');
  });

  test('starts a daemon again that has ended, and passes a reload on', async () => {
    await install(`trap "echo again" HUP; echo up; while :; do sleep 0.05; done`);
    const count = async (word: string): Promise<number> =>
      (await readFile(host.path(log), 'utf8').catch(() => ''))
        .split('\n')
        .filter((line) => line === word).length;
    await must('rc-service', 'berth', 'start');
    await until('the daemon', async () => ((await count('up')) === 1 ? true : undefined));
    await must('rc-service', 'berth', 'reload');
    await until('the reload', async () => ((await count('again')) === 1 ? true : undefined));
    process.kill(Number(await option('child_pid')), 'SIGKILL');
    await until('another one', async () => ((await count('up')) === 2 ? true : undefined));
    expect(await option('start_count')).toBe('1');
    await must('rc-service', 'berth', 'status');
  });

  test.for([
    ['YES', true],
    ['NO', false],
  ] as const)(
    'tells the daemon when the host goes down (RC_GOINGDOWN=%s)',
    async ([going, told]) => {
      await install('exec sleep 1000');
      const functions = '. /lib/rc/sh/functions.sh; . /etc/init.d/berth';
      await must(
        'env',
        `RC_GOINGDOWN=${going}`,
        'sh',
        '-c',
        `${functions}; stop_pre; ls /run/berth`,
      );
      const left = await must('ls', '/run/berth');
      expect(left).toBe(told ? 'host-goes-down' : '');
      await must('rc-service', 'berth', 'start');
      expect(await must('ls', '/run/berth')).toBe('');
    },
  );
});

describe('berth under OpenRC', () => {
  test(
    'comes up, restarts, and goes without a trace',
    async () => {
      const before = await host.snapshot();
      const up = await host.berth('up', '--no-smoke-test', '--yes');
      expect(up).toMatchObject({ exitCode: 0 });
      expect(await must('ls', '/etc/runlevels/default')).toBe('berth');
      expect((await host.berth('status')).stdout).toMatch(/^service {3}active, under openrc$/m);
      const again = await host.berth('up', '--no-smoke-test', '--yes');
      expect(again.stdout).toContain('Nothing to change');
      const pid = await option('child_pid');
      expect((await host.berth('daemon', 'restart')).exitCode).toBe(0);
      expect(await option('child_pid')).not.toBe(pid);
      expect((await host.berth('daemon', 'logs')).stdout).toContain('berthd is ready');
      expect((await host.berth('down', '--purge', '--yes')).exitCode).toBe(0);
      // What OpenRC and supervise-daemon keep of services for themselves, and ufw of being asked.
      const own = (line: string): boolean => /^\/run\/(openrc|supervise-|lock|ufw)/.test(line);
      expect((await host.snapshot()).filter((line) => !own(line))).toEqual(
        before.filter((line) => !own(line)),
      );
    },
    slowMs,
  );

  test(
    'gives up on a daemon that ends again and again, and leaves the host as it was',
    async () => {
      await mkdir(host.path('/etc/berth'));
      // A file that is right, and of which the daemon finds out that it cannot be carried out: that process lives.
      const config = '{"pidfile": "/etc/berth/pid"}\n';
      await writeFile(host.path('/etc/berth/daemon.json'), config);
      await writeFile(host.path('/etc/berth/pid'), '1\n');
      const { exitCode, stderr, stdout } = await host.berth('up', '--no-smoke-test', '--yes');
      expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 1 });
      // Long before the two minutes that a slow one is given.
      expect(stderr).toMatch(/DAEMON_NOT_READY: .* because it ended 5 times; its log ends with/);
      expect(await readFile(host.path('/etc/berth/daemon.json'), 'utf8')).toBe(config);
      expect(await must('ls', '/etc/berth', '/etc/runlevels/default')).not.toContain('environment');
    },
    slowMs,
  );

  test(
    'keeps the password of a proxy to root, also where an older berth did not',
    async () => {
      const [variables, definition] = ['/etc/berth/environment', '/etc/init.d/berth'];
      const read = (path: string): Promise<string> => readFile(host.path(path), 'utf8');
      const secret = 'p%40ss';
      const up = async (...more: readonly string[]): Promise<string> => {
        vi.stubEnv('HTTPS_PROXY', `http://u:${secret}@127.0.0.1:9`);
        const ended = await host.berth('up', '--no-smoke-test', '--yes', ...more);
        vi.unstubAllEnvs();
        expect(ended).toMatchObject({ exitCode: 0 });
        expect(ended.stdout + ended.stderr).not.toContain(secret);
        return ended.stdout;
      };
      const isKept = async (): Promise<void> => {
        expect(await read(variables)).toContain(secret);
        expect((await stat(host.path(variables))).mode & 0o777).toBe(0o600);
        expect(await read(definition)).not.toContain(secret);
        const pid = await option('child_pid');
        expect(await readFile(`/proc/${pid}/environ`, 'utf8')).toContain(secret);
        expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(secret);
        expect(await up()).toContain('Nothing to change');
      };
      await up('--dry-run');
      await up();
      await isKept();

      const older = `${await read(definition)}# HTTPS_PROXY=http://u:${secret}@127.0.0.1:9\n`;
      await writeFile(host.path(definition), older);
      await rm(host.path(variables));
      await up();
      await isKept();

      await chmod(host.path(variables), 0o644);
      expect(await up('--dry-run')).toContain(`${variables}: mode 0644 -> 0600`);
      await up();
      await isKept();

      // Whoever chooses a mirror need not have the proxy's variables.
      const use = ['mirrors', 'use', 'registry=http://127.0.0.1:1', '--force'];
      expect(await host.berth(...use)).toMatchObject({ exitCode: 0 });
      await isKept();

      expect(await host.berth('down', '--purge', '--yes')).toMatchObject({ exitCode: 0 });
      expect((await host.start(['grep', '-rl', secret, '/etc', '/run', '/var']).ended).stdout).toBe(
        '',
      );
    },
    slowMs,
  );
});

test('OpenRC is the real one', () => {
  expect(execFileSync('openrc', ['--version'], { encoding: 'utf8' })).toMatch(/OpenRC.* 0\.\d+/);
});

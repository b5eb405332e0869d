import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openrcScript } from '../../../templates/openrc-script.ts';
import { makePrivateHost, processesIn, type PrivateHost } from './support/private-host.ts';
import { until } from './support/until.ts';

const slowMs = 120_000;
let host: PrivateHost;

/** OpenRC as it is when its init has come to the default runlevel: there is no such init here. */
beforeEach(async () => {
  host = await makePrivateHost();
  const folders = 'daemons exclusive failed hotplugged inactive options scheduled started starting';
  for (const name of [...folders.split(' '), 'stopping', 'tmp', 'wasinactive']) {
    await mkdir(host.path(`/run/openrc/${name}`), { recursive: true });
  }
  await writeFile(host.path('/run/openrc/softlevel'), 'default\n');
  await must('sh', '-c', 'rm -f /etc/runlevels/*/*');
  // Where /etc/fstab is mounted by OpenRC, this is one of its own.
  await script('localmount', '#!/sbin/openrc-run\nstart() { :; }\n');
});
afterEach(async () => {
  await host.start(['rc-service', 'berth', 'stop']).ended;
  expect(await processesIn(host)).toEqual([]);
  await host.remove();
}, slowMs);

async function script(name: string, text: string): Promise<void> {
  await writeFile(host.path(`/etc/init.d/${name}`), text);
  await chmod(host.path(`/etc/init.d/${name}`), 0o755);
}

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
  /** The script with a daemon that tells its words and variables, and then sleeps. */
  async function install(command: string): Promise<void> {
    const argv = ['/bin/sh', '-c', command, ...awkward] as const;
    const environment = ['PATH=/usr/bin:/bin', 'HTTPS_PROXY=http://u:p%40ss@proxy:3128', 'X=a b'];
    const rest = { configDigest: 'sha256:0', sockets: [], group: 'root' };
    await script('berth', openrcScript({ argv, environment, logFile: log, ...rest }, '/run/berth'));
    await mkdir(host.path('/run/berth'));
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
});

test('OpenRC is the real one', () => {
  expect(execFileSync('openrc', ['--version'], { encoding: 'utf8' })).toMatch(/OpenRC.* 0\.\d+/);
});

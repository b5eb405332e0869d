import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FleetNetwork, password, type FleetTarget } from './support/fleet-network.ts';
import { hostIn } from './support/fleet-json.ts';
import { makeTestBundle } from './support/test-bundle.ts';

// A machine that does other things as well takes its time for each connection.
vi.setConfig({ testTimeout: 180_000 });

let network: FleetNetwork;
let target: FleetTarget;

/** Notes arguments and environment of every process on the host while it runs, sudo's among them. */
const lookAround = `
for process in /proc/[0-9]*; do
  tr '\\0' '\\n' <"$process/cmdline"
  tr '\\0' '\\n' <"$process/environ"
done >/var/tmp/seen 2>/dev/null
ps -eo args >>/var/tmp/seen
echo '{"outcome":"'$(id -un)'"}'`;

beforeAll(async () => {
  network = await FleetNetwork.make();
  target = await network.add('target');
  mkdirSync(network.controller.path('/tmp/b'));
  makeTestBundle(network.controller.path('/tmp/b'), { program: lookAround });
});
afterAll(() => network.remove());

const check = (
  user: string,
  options: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) => {
  const bundle = ['--bundle', '/tmp/b/berth-0.0.1-linux-x64.tar.gz'];
  return network.fleet(
    ['check', '--json', '--logs', '/tmp/logs', ...bundle, `${user}@${target.address}`, ...options],
    env,
  );
};
const seen = () => readFileSync(target.host.path('/var/tmp/seen'), 'utf8');

test('root needs none', async () => {
  expect(await check('root')).toMatchObject({ exitCode: 0 });
  expect(seen()).not.toMatch(/^sudo$/m);
});

test('without a password', async () => {
  const ended = await check('free');
  expect(hostIn(ended, target.address).result).toEqual({ outcome: 'root' });
  expect(seen()).toContain('sudo\n-n\n');
});

describe('with a password', () => {
  test('which goes over standard input only', async () => {
    const ended = await check('asked', [], { BERTH_SUDO_PASSWORD: password });
    expect(hostIn(ended, target.address).result).toEqual({ outcome: 'root' });
    expect(seen()).toContain('sudo\n-k\n-S\n-p\n');
    expect(seen()).not.toContain(password);
    expect(ended.stdout).not.toContain(password);
    const logs = readdirSync(network.controller.path('/tmp/logs'));
    expect(logs).toEqual([`${target.address}.log`]);
    for (const log of logs) {
      expect(readFileSync(network.controller.path(`/tmp/logs/${log}`), 'utf8')).not.toContain(
        password,
      );
    }
  });

  test('from a file that nobody else may read', async () => {
    const file = network.controller.path('/root/password');
    writeFileSync(file, `${password}\nanother line\n`, { mode: 0o600 });
    const options = ['--sudo-password-file', '/root/password'];
    expect(await check('asked', options)).toMatchObject({ exitCode: 0 });
    network.controller.must('chmod 640 /root/password');
    const refused = await check('asked', options);
    expect(refused.exitCode).toBe(2);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: { code: 'SUDO_PASSWORD_FILE_INVALID' },
    });
    expect(refused.stderr).toContain('its mode is 0640');
  });

  test('typed on the terminal, where it is not shown', async () => {
    const berth = [process.execPath, `${process.cwd()}/scripts/main.ts`, 'fleet', 'check'];
    const options = ['--ask-sudo-password', '--bundle', '/tmp/b/berth-0.0.1-linux-x64.tar.gz'];
    const words = [...berth, ...options, `asked@${target.address}`];
    const command = `stty rows 40 cols 120; ${words.join(' ')}`;
    // script(1) gives it a terminal.
    const running = network.controller.start(['script', '-qec', command, '/dev/null'], {
      env: { TERM: 'xterm' },
    });
    await running.printed('Password for sudo on the hosts:');
    running.type(`${password}\r`);
    const ended = await running.ended;
    expect(ended.stdout).toContain('Password for sudo on the hosts:');
    expect(ended.stdout).toMatch(/ok +[\d.]+ s +root/);
    expect(ended.stdout).not.toContain(password);
  });

  test('that is not asked for does not reach what runs', async () => {
    const ended = await check('free', [], { BERTH_SUDO_PASSWORD: password });
    expect(ended.exitCode).toBe(0);
    expect(seen()).not.toContain(password);
  });

  test('that is wrong is tried once', async () => {
    target.host.must(
      'mkdir -p /var/log/sudo; echo "Defaults logfile=/var/log/sudo.log" >>/etc/sudoers.d/test',
    );
    const ended = await check('asked', [], { BERTH_SUDO_PASSWORD: 'wrong' });
    const { error, stage } = hostIn(ended, target.address);
    expect([stage, error?.code]).toEqual(['inspect', 'SUDO_REFUSED']);
    expect(error?.remedy).toContain('sudo -l -U asked');
    const log = readFileSync(target.host.path('/var/log/sudo.log'), 'utf8');
    expect(log).toContain('1 incorrect password attempt');
    expect(log).not.toMatch(/[23] incorrect password attempts/);
  });

  test('that is needed and not there', async () => {
    const { error } = hostIn(await check('asked'), target.address);
    expect(error?.code).toBe('SUDO_PASSWORD_NEEDED');
    expect(error?.remedy).toContain('--ask-sudo-password');
  });
});

describe('a user without a right to sudo', () => {
  test('is told so, with and without a password', async () => {
    const without = hostIn(await check('nobody2'), target.address);
    expect(without.error?.code).toBe('SUDO_PASSWORD_NEEDED');
    const withOne = await check('nobody2', [], { BERTH_SUDO_PASSWORD: password });
    const { error } = hostIn(withOne, target.address);
    expect(error?.code).toBe('SUDO_REFUSED');
    expect(error?.message).toContain('nobody2');
  });

  test('and so is one on a host without sudo', async () => {
    target.host.must('mount --bind /dev/null /usr/bin/sudo');
    // A file that cannot be executed is none for command(1) of POSIX.
    const { error } = hostIn(await check('free'), target.address);
    target.host.must('umount /usr/bin/sudo');
    expect(error?.code).toBe('SUDO_MISSING');
  });
});

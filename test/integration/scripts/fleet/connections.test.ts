import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FleetNetwork, type FleetTarget } from './support/fleet-network.ts';
import { hostIn, resultOf } from './support/fleet-json.ts';
import { makeTestBundle } from './support/test-bundle.ts';

// A machine that does other things as well takes its time for each connection.
vi.setConfig({ testTimeout: 180_000 });

let network: FleetNetwork;
let first: FleetTarget;
let second: FleetTarget;
let jump: FleetTarget;
let hidden: FleetTarget;

/** Says on which host it runs, as what `check` finds has no name in it. */
const sayName = `echo '{"outcome":"'$(hostname)'","as":"'$(id -un)'"}'`;

beforeAll(async () => {
  network = await FleetNetwork.make();
  first = await network.add('first');
  second = await network.add('second');
  jump = await network.add('jump');
  hidden = await network.addBehind(jump, 'hidden');
  mkdirSync(network.controller.path('/tmp/b'));
  makeTestBundle(network.controller.path('/tmp/b'), { program: sayName });
});
afterAll(() => network.remove());

const bundle = ['--bundle', '/tmp/b/berth-0.0.1-linux-x64.tar.gz'];
const check = (...hosts: readonly string[]) =>
  network.fleet(['check', '--json', ...bundle, ...hosts]);

/** Nothing that a fleet makes on the controller is there any more. */
function expectControllerClean(): void {
  const left = readdirSync(network.controller.path('/tmp')).filter((name) =>
    /^berth-fleet-(?!logs-)/.test(name),
  );
  expect(left).toEqual([]);
  expect(network.controller.processes()).toEqual([]);
}

describe('a fleet', () => {
  test('runs on every host, as root, one behind a jump host of ~/.ssh/config', async () => {
    const ended = await check(`root@${first.address}`, `free@${second.address}`, 'hidden');
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    const result = resultOf(ended);
    expect(result.hosts.map(({ name, result: said }) => [name, said])).toEqual([
      [first.address, { outcome: 'first', as: 'root' }],
      [second.address, { outcome: 'second', as: 'root' }],
      ['hidden', { outcome: 'hidden', as: 'root' }],
    ]);
    expect(result.summary).toMatchObject({ ok: true, counts: { ok: 3, failed: 0 } });
    expectControllerClean();
    // The hidden host was reached from the jump host, and from nowhere else.
    const log = readFileSync(hidden.host.path('/var/log/sshd.log'), 'utf8');
    expect(log).toContain('Accepted publickey for root from 10.78.0.1 ');
    expect(network.controller.must('ip route get 10.78.0.20 2>&1 || true')).toContain(
      'unreachable',
    );
  });

  test('copies the bundle once, and looks for it by its digest', async () => {
    const again = await check(`root@${first.address}`);
    expect(hostIn(again, first.address).bundle).toBe('there');
    mkdirSync(network.controller.path('/tmp/other'));
    makeTestBundle(network.controller.path('/tmp/other'), {
      program: `echo '{"outcome":"other"}'`,
    });
    const other = ['--bundle', '/tmp/other/berth-0.0.1-linux-x64.tar.gz'];
    const third = await network.fleet(['check', '--json', ...other, `root@${first.address}`]);
    expect(hostIn(third, first.address)).toMatchObject({
      bundle: 'copied',
      result: { outcome: 'other' },
    });
    // The bundle of before has made room.
    const kept = readdirSync(first.host.path('/var/cache/berth-fleet')).sort();
    expect(kept).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), 'lock']);
  });

  test('keeps what it leaves on a host to root, and takes it away with down', async () => {
    expect(second.host.must('stat -c %a:%U /var/cache/berth-fleet').trim()).toBe('700:root');
    const ended = await network.fleet([
      'down',
      '--json',
      '--yes',
      `free@${second.address}`,
      ...bundle,
    ]);
    expect(ended.exitCode).toBe(0);
    expect(existsSync(second.host.path('/var/cache/berth-fleet'))).toBe(false);
  });

  test('down runs the version that is installed, and never one that is half unpacked', async () => {
    const put = (folder: string, outcome: string): void => {
      mkdirSync(second.host.path(`${folder}/bin`), { recursive: true });
      const says = `#!/bin/sh\necho '{"outcome":"${outcome}"}'\n`;
      writeFileSync(second.host.path(`${folder}/bin/berth`), says, { mode: 0o755 });
    };
    const down = async (): Promise<unknown> => {
      put('/var/cache/berth-fleet/0.new', 'half');
      const target = `root@${second.address}`;
      const ended = await network.fleet(['down', '--json', '--yes', target, ...bundle]);
      return hostIn(ended, second.address).result;
    };
    expect(await down()).toMatchObject({ outcome: 'second' });
    put('/var/cache/berth-fleet/0000', 'older');
    put('/opt/berth/current', 'installed');
    expect(await down()).toMatchObject({ outcome: 'installed' });
    second.host.must('rm -r /opt/berth');
  });

  test('shows a table, with a log for each host', async () => {
    const ended = await network.fleet(['check', ...bundle, 'hidden', `root@${first.address}`]);
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout).toContain('hidden: connecting\n');
    expect(ended.stdout).toMatch(
      /^HOST +RESULT +TIME +DETAIL\nhidden +ok +[\d.]+ s +hidden\n10\.77/m,
    );
    const [, folder = ''] = /Logs: (\S+)$/m.exec(ended.stdout) ?? [];
    const logs = readdirSync(network.controller.path(folder)).sort();
    expect(logs).toEqual([`${first.address}.log`, 'hidden.log']);
    const log = readFileSync(network.controller.path(`${folder}/hidden.log`), 'utf8');
    expect(log).toContain('out: {"outcome":"hidden","as":"root"}');
  });

  test('speaks Chinese', async () => {
    const ended = await network.fleet(['check', ...bundle, 'hidden'], { LANG: 'zh_CN.UTF-8' });
    expect(ended.stdout).toContain('hidden: 正在连接\n');
    expect(ended.stdout).toMatch(/^主机 +结果 +用时 +详情$/m);
  });

  test('takes hosts, groups and labels from a file', async () => {
    const file = `
defaults: { user: root }
hosts:
  - hidden
groups:
  web:
    labels: [blue]
    hosts:
      - ${first.address}
      - { name: two, address: ${second.address}, user: free, labels: [db] }
`;
    writeFileSync(network.controller.path('/root/hosts.yaml'), file);
    const only = (...words: readonly string[]) =>
      network.fleet(['check', '--json', '-i', '/root/hosts.yaml', ...bundle, ...words]);
    const names = async (...words: readonly string[]) =>
      resultOf(await only(...words)).hosts.map(({ name }) => name);
    expect(await names('--only', 'web')).toEqual([first.address, 'two']);
    expect(await names('--only', 'db', '--only', 'hidden')).toEqual(['hidden', 'two']);
  });
});

describe('host keys', () => {
  const hosts = () => network.controller.path('/root/.ssh/known_hosts');
  const fingerprint = (target: FleetTarget) =>
    target.host.must('ssh-keygen -lf /etc/ssh/host.pub').split(' ')[1] ?? 'none';

  test('one that is not known is refused, with its fingerprint; the other hosts go on', async () => {
    const before = readFileSync(hosts(), 'utf8');
    writeFileSync(hosts(), before.replace(new RegExp(`^${first.address} .*\n`, 'm'), ''));
    const ended = await check(`root@${first.address}`, 'hidden');
    expect(ended.exitCode).toBe(1);
    const { error, stage } = hostIn(ended, first.address);
    expect(stage).toBe('connect');
    expect(error?.code).toBe('SSH_HOST_KEY_UNKNOWN');
    expect(error?.message).toContain(`ssh-ed25519 ${fingerprint(first)}`);
    expect(error?.remedy).toContain('--accept-new-host-keys');
    expect(hostIn(ended, 'hidden').status).toBe('ok');

    // It is stored when that is asked for, and known from then on.
    const accepting = await check(`root@${first.address}`, '--accept-new-host-keys');
    expect(accepting.exitCode).toBe(0);
    expect((await check(`root@${first.address}`)).exitCode).toBe(0);
  });

  test('one that has changed is refused whatever the options and ~/.ssh/config say', async () => {
    const before = readFileSync(hosts(), 'utf8');
    const config = network.controller.path('/root/.ssh/config');
    const settings = readFileSync(config, 'utf8');
    const other = second.host.must('cut -d" " -f1,2 /etc/ssh/host.pub');
    // Names may be hashed there (HashKnownHosts): ssh-keygen finds them all the same.
    const swap = (address: string) => {
      writeFileSync(hosts(), before);
      network.controller.must(`ssh-keygen -R ${address} 2>&1`);
      writeFileSync(hosts(), `${address} ${other}`, { flag: 'a' });
    };
    try {
      swap(first.address);
      writeFileSync(config, `Host *\n  StrictHostKeyChecking no\n${settings}`);
      const ended = await check(`root@${first.address}`, '--accept-new-host-keys');
      const { error } = hostIn(ended, first.address);
      expect(error?.code).toBe('SSH_HOST_KEY_CHANGED');
      expect(error?.message).toContain(fingerprint(first));
      expect(error?.message).toContain('/root/.ssh/known_hosts:');
      expect(error?.remedy).toContain(`ssh-keygen -f /root/.ssh/known_hosts -R ${first.address}`);

      // The first hop counts as much as the last one.
      swap(jump.address);
      const hop = hostIn(await check('hidden'), 'hidden');
      expect(hop.error?.code).toBe('SSH_HOST_KEY_CHANGED');
      expect(hop.error?.message).toContain(`"${jump.address}" showed the key`);
      expect(hop.error?.message).toContain(fingerprint(jump));
    } finally {
      writeFileSync(hosts(), before);
      writeFileSync(config, settings);
    }
    expectControllerClean();
  });
});

describe('a host that cannot be reached', () => {
  test('is told apart from one that refuses the key, and does not stop the others', async () => {
    first.host.must('mv /etc/ssh/authorized/nobody2 /etc/ssh/kept');
    const ended = await check(
      `nobody2@${first.address}`,
      '--connect-timeout',
      '2s',
      'root@10.77.0.99',
      'root@no.such.host.invalid',
      'hidden',
    );
    expect(ended.exitCode).toBe(1);
    const codes = resultOf(ended).hosts.map(({ error }) => error?.code);
    expect(codes).toEqual(['SSH_LOGIN_REFUSED', 'SSH_UNREACHABLE', 'SSH_UNREACHABLE', undefined]);
    expect(hostIn(ended, first.address).error?.remedy).toContain(`nobody2@${first.address}`);
    first.host.must('mv /etc/ssh/kept /etc/ssh/authorized/nobody2');
    expectControllerClean();
  });

  test('an agent is asked for keys that are in no file', async () => {
    network.controller.must('mv /root/.ssh/id_ed25519 /root/.ssh/elsewhere');
    const script = `
      eval "$(ssh-agent)" >/dev/null
      ssh-add -q /root/.ssh/elsewhere
      "$@"; status=$?
      ssh-agent -k >/dev/null
      exit $status`;
    const berth = [process.execPath, 'scripts/main.ts', 'fleet', 'check', '--json', ...bundle];
    const argv = ['sh', '-c', `cd ${process.cwd()}; ${script}`, 'sh', ...berth, 'hidden'];
    const refused = await check('hidden');
    const ended = await network.controller.start(argv).ended;
    network.controller.must('mv /root/.ssh/elsewhere /root/.ssh/id_ed25519');
    expect(hostIn(refused, 'hidden').error?.code).toBe('SSH_LOGIN_REFUSED');
    expect(ended.exitCode).toBe(0);
  });
});

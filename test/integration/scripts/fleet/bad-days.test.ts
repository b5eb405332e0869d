import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  FleetNetwork,
  killServer,
  startServer,
  type FleetTarget,
} from './support/fleet-network.ts';
import { hostIn, resultOf } from './support/fleet-json.ts';
import type { NamespaceHost } from './support/namespace-host.ts';
import { patiently } from './support/patiently.ts';
import { makeTestBundle, type TestBundleOptions } from './support/test-bundle.ts';

// Each test makes a network of three hosts; a machine that does other things as well takes its time for that.
vi.setConfig({ testTimeout: 180_000 });

let network: FleetNetwork;
let first: FleetTarget;
let second: FleetTarget;

beforeEach(async () => {
  network = await FleetNetwork.make();
  first = await network.add('first');
  second = await network.add('second');
});
afterEach(() => network.remove());

const archive = '/tmp/b/berth-0.0.1-linux-x64.tar.gz';
const bundle = ['--bundle', archive];
const makeBundle = (options: TestBundleOptions) => {
  mkdirSync(network.controller.path('/tmp/b'));
  makeTestBundle(network.controller.path('/tmp/b'), options);
};
const args = (...more: readonly string[]) => ['check', '--json', ...bundle, ...more];
const both = () => [`root@${first.address}`, `root@${second.address}`];

const says = `echo '{"outcome":"'$(hostname)'"}'`;
/** Runs until it is told to stop, and notes that it was. What it has started goes on, and keeps its output open. */
const waits = `trap 'echo stopped >/var/tmp/stopped; echo "{\\"error\\":{\\"code\\":\\"INTERRUPTED\\",\\"message\\":\\"told\\"}}"; exit 130' TERM
echo running >/var/tmp/running
sleep 1000 &
while :; do wait; done`;

const staging = (host: NamespaceHost) => host.path('/var/cache/berth-fleet');
const partial = (host: NamespaceHost) => {
  const folder = staging(host);
  const name = existsSync(folder)
    ? readdirSync(folder).find((each) => each.endsWith('.partial'))
    : undefined;
  return name === undefined ? 0 : statSync(`${folder}/${name}`).size;
};
const aPart = (host: NamespaceHost) =>
  patiently('a part of the bundle', host, () => partial(host) || undefined);
const isThere = (host: NamespaceHost, path: string) =>
  patiently(path, host, () => (existsSync(host.path(path)) ? true : undefined));
/** The line to a host, as slow as a bad one. */
const slowDown = (host: NamespaceHost, rate: string) =>
  network.controller.must(
    `tc qdisc add dev p${host.pid} root tbf rate ${rate} burst 32kbit latency 400ms`,
  );

/** Sends a signal to the fleet's own process: nsenter(1), which started it, would keep it. */
const signalFleet = (signal: 'INT' | 'KILL') => {
  const lines = network.controller.processes();
  const [pid = ''] = lines.find((line) => line.includes('scripts/main.ts'))?.split(' ') ?? [];
  network.controller.must(`kill -${signal} ${pid}`);
};

/** Nothing that a fleet makes on the controller is there any more. */
function expectControllerClean(): void {
  const left = readdirSync(network.controller.path('/tmp'));
  expect(left.filter((name) => /^berth-fleet-(?!logs-)/.test(name))).toEqual([]);
  expect(network.controller.processes()).toEqual([]);
}

describe('a bundle under way', () => {
  test('a host that dies does not stop the others, and the next copy goes on from there', async () => {
    makeBundle({ program: says, ballastBytes: 4_000_000 });
    slowDown(first.host, '8mbit');
    const running = network.startFleet(args(...both()));
    const arrived = await aPart(first.host);
    killServer(first.host);
    const ended = await running.ended;
    expect(ended.exitCode).toBe(1);
    expect(hostIn(ended, first.address)).toMatchObject({
      status: 'failed',
      stage: 'copy',
      error: { code: 'SSH_CONNECTION_LOST' },
    });
    expect(hostIn(ended, second.address).status).toBe('ok');
    expectControllerClean();

    startServer(first.host);
    const again = await network.fleet(args(...both(), '--logs', '/tmp/again'));
    expect(resultOf(again).hosts.map(({ status, bundle: how }) => [status, how])).toEqual([
      ['ok', 'copied'],
      ['ok', 'there'],
    ]);
    const log = readFileSync(network.controller.path(`/tmp/again/${first.address}.log`), 'utf8');
    const [, offset] = /berth-fleet:offset=(\d+)/.exec(log) ?? [];
    expect(Number(offset)).toBeGreaterThanOrEqual(arrived);
  });

  test('what an earlier copy left is thrown away when it is not what was sent', async () => {
    makeBundle({ program: says });
    const digest = createHash('sha256')
      .update(readFileSync(network.controller.path(archive)))
      .digest('hex');
    mkdirSync(staging(first.host));
    writeFileSync(`${staging(first.host)}/${digest}.partial`, 'not the beginning of it');
    const ended = await network.fleet(args(`root@${first.address}`));
    expect(hostIn(ended, first.address)).toMatchObject({ status: 'ok', bundle: 'copied' });
    expect(readdirSync(staging(first.host)).sort()).toEqual([digest, 'lock'].sort());
  });

  test('a host with a full disk gets nothing at all', async () => {
    makeBundle({ program: says, ballastBytes: 4_000_000 });
    first.host.must('mount -t tmpfs -o size=8m small /var/cache');
    const ended = await network.fleet(args(...both()));
    expect(hostIn(ended, first.address)).toMatchObject({
      status: 'failed',
      stage: 'copy',
      error: { code: 'FLEET_NO_ROOM', details: { folder: '/var/cache/berth-fleet' } },
    });
    expect(hostIn(ended, second.address).status).toBe('ok');
    expect(readdirSync(staging(first.host))).toEqual(['lock']);
  });

  test('a disk that fills while it arrives is not left full', async () => {
    makeBundle({ program: says, ballastBytes: 8_000_000 });
    // There is room when it begins: what is taken away then is taken by somebody else.
    first.host.must('mount -t tmpfs -o size=56m small /var/cache');
    slowDown(first.host, '16mbit');
    const running = network.startFleet(args(`root@${first.address}`));
    await aPart(first.host);
    first.host.must('dd if=/dev/zero of=/var/cache/others bs=1M 2>/dev/null || true');
    const ended = await running.ended;
    expect(hostIn(ended, first.address)).toMatchObject({
      stage: 'copy',
      error: { code: 'FLEET_COPY_FAILED' },
    });
    expect(hostIn(ended, first.address).error?.message).toContain('No space left');
    expect(readdirSync(staging(first.host))).toEqual(['lock']);
  });

  test('two fleets at once copy it once', async () => {
    makeBundle({ program: says, ballastBytes: 2_000_000 });
    slowDown(first.host, '16mbit');
    const fleets = await Promise.all([
      network.fleet(args(`root@${first.address}`)),
      network.fleet(args(`free@${first.address}`)),
    ]);
    const hosts = fleets.map((ended) => hostIn(ended, first.address));
    expect(hosts.map(({ status }) => status)).toEqual(['ok', 'ok']);
    expect(hosts.map(({ bundle: how }) => how).toSorted()).toEqual(['copied', 'there']);
    expectControllerClean();
  });

  test('a host without tar says so', async () => {
    makeBundle({ program: says });
    first.host.must('mount --bind /dev/null /usr/bin/tar');
    const ended = await network.fleet(args(`root@${first.address}`));
    first.host.must('umount /usr/bin/tar');
    expect(hostIn(ended, first.address).error).toMatchObject({
      code: 'FLEET_TOOL_MISSING',
      details: { tools: ['tar'] },
    });
  });
});

describe('a run under way', () => {
  test('that takes too long is told to stop', async () => {
    makeBundle({ program: waits });
    const ended = await network.fleet(args(`root@${first.address}`, '--timeout', '15s'));
    expect(hostIn(ended, first.address)).toMatchObject({
      status: 'failed',
      stage: 'run',
      error: { code: 'FLEET_TIMEOUT' },
    });
    expect(existsSync(first.host.path('/var/tmp/stopped'))).toBe(true);
    expectControllerClean();
  });

  test('Ctrl-C tells it to stop, waits for it, and leaves nothing behind', async () => {
    makeBundle({ program: waits });
    const running = network.startFleet(args(...both(), '--parallel', '1'));
    await isThere(first.host, '/var/tmp/running');
    signalFleet('INT');
    const ended = await running.ended;
    expect(ended.exitCode).toBe(130);
    expect(resultOf(ended).hosts).toMatchObject([
      { status: 'stopped', stage: 'run', error: { code: 'INTERRUPTED', message: 'told' } },
      { status: 'not-run' },
    ]);
    expect(existsSync(first.host.path('/var/tmp/stopped'))).toBe(true);
    expect(first.host.processes().filter((line) => !/sshd|sleep 1000/.test(line))).toEqual([]);
    expectControllerClean();
  });

  test('when the fleet itself is killed, the run is told all the same, and no client stays', async () => {
    makeBundle({ program: waits });
    const running = network.startFleet(args(`free@${first.address}`));
    await isThere(first.host, '/var/tmp/running');
    signalFleet('KILL');
    await running.ended;
    await isThere(first.host, '/var/tmp/stopped');
    await patiently('the clients have gone', network.controller, () =>
      network.controller.processes().length === 0 ? true : undefined,
    );
  });

  test('when the connection is cut, the run is told all the same', async () => {
    makeBundle({ program: waits });
    const running = network.startFleet(args(`asked@${first.address}`), {
      BERTH_SUDO_PASSWORD: 'correct horse & "battery" $taple',
    });
    await isThere(first.host, '/var/tmp/running');
    killServer(first.host);
    expect(hostIn(await running.ended, first.address)).toMatchObject({
      stage: 'run',
      error: { code: 'SSH_CONNECTION_LOST' },
    });
    await isThere(first.host, '/var/tmp/stopped');
  });

  test('that prints no JSON, or fails without a word, is a failure of that host', async () => {
    makeBundle({ program: 'echo "Segmentation fault" >&2; exit 139' });
    const { error } = hostIn(await network.fleet(args(`root@${first.address}`)), first.address);
    expect(error?.code).toBe('FLEET_OUTPUT_INVALID');
    expect(error?.message).toContain('status 139');
    expect(error?.message).toContain('Segmentation fault');
  });
});

test('a host that stalls is given up after its time, whatever it does', async () => {
  makeBundle({ program: says });
  // The kernel takes the connection, and nobody serves it.
  first.host.must('kill -STOP $(cat /run/sshd.pid)');
  const ended = await network.fleet(args(...both(), '--connect-timeout', '3s'));
  expect(hostIn(ended, first.address)).toMatchObject({
    stage: 'connect',
    error: { code: 'SSH_UNREACHABLE' },
  });
  expect(hostIn(ended, second.address).status).toBe('ok');
  expectControllerClean();
});

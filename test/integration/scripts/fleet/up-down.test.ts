import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedBundle } from '../support/shared-bundle.ts';
import { snapshotTree } from '../support/temp-host.ts';
import { FleetNetwork, password, type FleetTarget } from './support/fleet-network.ts';
import { hostIn, resultOf } from './support/fleet-json.ts';
import { checkout } from './support/namespace-host.ts';

const slowMs = 600_000;

let network: FleetNetwork;
let root: FleetTarget;
let sudo: FleetTarget;
let taken: FleetTarget;

beforeAll(async () => {
  network = await FleetNetwork.make();
  root = await network.add('root-login');
  sudo = await network.add('sudo-login');
  taken = await network.add('taken');
  writeFileSync(
    network.controller.path('/root/hosts.yaml'),
    `hosts:
  - { name: by-root, address: ${root.address}, user: root, up: { dataRoot: /var/data/berth } }
  - { name: by-sudo, address: ${sudo.address}, user: asked }
  - { name: taken, address: ${taken.address}, user: root, labels: [odd] }
`,
  );
}, slowMs);
afterAll(() => network.remove());

const fleet = (action: string, ...more: readonly string[]) =>
  network.fleetOfSources([action, '--json', '--yes', '-i', '/root/hosts.yaml', ...more], {
    BERTH_SUDO_PASSWORD: password,
  });
/** The same with a bundle that was made beforehand: the checkout may change while the test runs. */
const withBundle = (action: string, ...more: readonly string[]) =>
  fleet(action, '--bundle', '/root/berth-linux-x64.tar.gz', ...more);

test(
  'without a bundle one is made, and removed',
  async () => {
    const ended = await fleet('check', '--only', 'by-sudo');
    expect(hostIn(ended, 'by-sudo')).toMatchObject({ stage: 'run', bundle: 'copied' });
    // A bare host: what up puts right is a failure until then.
    expect(hostIn(ended, 'by-sudo')).toMatchObject({ error: { code: 'CHECK_FAILED' } });
    expect(hostIn(ended, 'by-sudo').result).toMatchObject({ schemaVersion: 1 });
    const left = readdirSync(network.controller.path('/tmp'));
    expect(
      left.filter((name) => !checkout.startsWith(`/tmp/${name}/`) && `/tmp/${name}` !== checkout),
    ).toEqual([expect.stringMatching(/^berth-fleet-logs-/)]);
    expect((await fleet('down', '--only', 'by-sudo')).exitCode).toBe(0);
    expect(existsSync(sudo.host.path('/var/cache/berth-fleet'))).toBe(false);
  },
  slowMs,
);

/** Every file that a run may touch; the log of sshd and what sudo keeps of its users are not berth's. */
const filesOf = async ({ host }: FleetTarget): Promise<readonly string[]> => {
  const trees = ['/etc', '/opt', '/usr/local', '/var', '/root', '/home'].map(async (top) => {
    const skip = (path: string): boolean =>
      path === host.path(checkout) || /\/var\/(log\/sshd\.log|lib\/sudo)/.test(path);
    return (await snapshotTree(host.path(top), { skip })).map((line) => top + line);
  });
  return (await Promise.all(trees)).flat();
};

test(
  'the bundle sets hosts up, and down puts them back to the byte',
  async () => {
    root.host.must('mkdir /var/data');
    const { archive } = await sharedBundle();
    copyFileSync(archive, network.controller.path('/root/berth-linux-x64.tar.gz'));
    const before = [await filesOf(root), await filesOf(sudo)];
    expect(before[0]?.length).toBeGreaterThan(100);
    // The bundle alone is there afterwards, and `down` takes that away.
    const plans = await withBundle('up', '--dry-run', '--only', 'by-root', '--only', 'by-sudo');
    expect(plans.exitCode).toBe(0);
    for (const name of ['by-root', 'by-sudo']) {
      const { result } = hostIn(plans, name);
      expect(result).toMatchObject({ outcome: 'planned' });
      expect(JSON.stringify(result)).toContain('/opt/berth/');
      expect(JSON.stringify(result)).not.toContain('/var/cache/berth-fleet');
    }
    for (const { host } of [root, sudo]) host.must('rm -r /var/cache/berth-fleet');
    expect([await filesOf(root), await filesOf(sudo)]).toEqual(before);

    // Something that berth did not make is where its folder would be.
    writeFileSync(taken.host.path('/etc/berth'), 'not a folder');

    const first = await withBundle('up');
    expect(first.exitCode).toBe(1);
    expect(resultOf(first).hosts.map(({ name, status, bundle }) => [name, status, bundle])).toEqual(
      [
        ['by-root', 'ok', 'copied'],
        ['by-sudo', 'ok', 'copied'],
        ['taken', 'failed', 'copied'],
      ],
    );
    for (const name of ['by-root', 'by-sudo']) {
      const { result } = hostIn(first, name);
      expect(result).toMatchObject({ outcome: 'changed', engine: {}, smoke: { carried: {} } });
      expect(JSON.stringify(result)).toContain('Hello from berth!');
    }
    // berth's own error there, code and remedy.
    const { error } = hostIn(first, 'taken');
    expect(error?.message).toContain('/etc/berth');
    expect(error?.remedy).toBeTruthy();
    expect(root.host.must('/usr/local/bin/berth images --quiet').trim()).not.toBe('');
    // Options of the hosts file reach the host they are for.
    expect(existsSync(root.host.path('/var/data/berth/images'))).toBe(true);
    expect(existsSync(sudo.host.path('/var/data'))).toBe(false);

    const second = await withBundle('up', '--only', 'by-root', '--only', 'by-sudo');
    expect(second.exitCode).toBe(0);
    for (const { bundle, result } of resultOf(second).hosts) {
      expect([bundle, result]).toMatchObject(['there', { outcome: 'unchanged' }]);
    }

    // What is shown is the plan of the berth that is installed: there is nothing left in it.
    const none = await withBundle('up', '--dry-run', '--only', 'by-root', '--only', 'by-sudo');
    for (const { result } of resultOf(none).hosts) {
      expect(result).toMatchObject({ outcome: 'planned', plan: { changes: [] } });
    }

    const down = await withBundle('down', '--purge');
    expect(resultOf(down).hosts.map(({ name, status, bundle }) => [name, status, bundle])).toEqual([
      ['by-root', 'ok', 'there'],
      ['by-sudo', 'ok', 'there'],
      ['taken', 'ok', 'there'],
    ]);
    expect([await filesOf(root), await filesOf(sudo)]).toEqual(before);
    for (const { host } of [root, sudo, taken]) {
      expect(host.processes().filter((line) => !line.includes('sshd'))).toEqual([]);
    }
    expect(network.controller.processes()).toEqual([]);
  },
  slowMs,
);

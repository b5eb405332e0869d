import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runChecked } from '../../../scripts/host/commands.ts';
import { bindStep } from '../../../scripts/steps/index.ts';
import { privateNetwork, type PrivateNetwork } from '../checks/private-network.ts';
import { snapshotTree } from './support/temp-host.ts';

let network: PrivateNetwork;
beforeEach(async () => {
  network = await privateNetwork();
});
afterEach(() => network.end());

const must = (...argv: readonly [string, ...string[]]): Promise<string> =>
  runChecked(network.run, argv, { timeoutMs: 20_000 });

/** Opens a firewall and goes back; resolves with what `look` saw in between. */
async function openAndUndo(
  firewall: 'ufw' | 'firewalld',
  look: () => Promise<string>,
): Promise<string> {
  const { host } = network;
  const step = bindStep({ kind: 'firewall-zone', firewall, interface: 'berth0' });
  // As the journal hands it over.
  const captured: unknown = JSON.parse(JSON.stringify(await step.capture(host)));
  await step.apply(host);
  expect(await step.isDone(host)).toBe(true);
  const between = await look();
  const options = { data: 'keep', packages: 'keep', services: 'restore' } as const;
  // Killed and begun again.
  await step.undo({ captured, host, options });
  expect(await step.undo({ captured, host, options })).toEqual({ kind: 'undone' });
  return between;
}

// Firewalls are written in Python, and are asked a dozen times.
describe('opening a firewall for an interface that it knows already', { timeout: 240_000 }, () => {
  test.each(['in', 'out'])('undoing leaves a rule "%s" of ufw that was there', async (way) => {
    await must('ufw', '--force', 'enable');
    await must('ufw', 'route', 'allow', way, 'on', 'berth0', 'comment', 'mine');
    const rules = (): Promise<string> => must('ufw', 'show', 'added');
    const before = await rules();
    const files = await snapshotTree(network.host.path('/etc/ufw'));
    expect(await openAndUndo('ufw', rules)).toContain(
      `ufw route allow ${way === 'in' ? 'out' : 'in'} on berth0`,
    );
    expect(await rules()).toBe(before);
    expect(await snapshotTree(network.host.path('/etc/ufw'))).toEqual(files);
  });

  test('undoing puts the interface back into its zones of firewalld', async () => {
    await must('dbus-daemon', '--system', '--fork', '--nopidfile');
    await must('firewalld', '--nopid');
    await must('sh', '-c', 'until firewall-cmd --state >/dev/null 2>&1; do sleep 0.1; done');
    await must('firewall-cmd', '--permanent', '--zone=work', '--change-interface=berth0');
    await must('firewall-cmd', '--zone=home', '--change-interface=berth0');
    const zones = async (): Promise<string> => {
      const ask = '--get-zone-of-interface=berth0';
      return (await must('firewall-cmd', ask)) + (await must('firewall-cmd', '--permanent', ask));
    };
    const files = await snapshotTree(network.host.path('/etc/firewalld'));
    expect(await openAndUndo('firewalld', zones)).toBe('trusted\ntrusted\n');
    expect(await zones()).toBe('home\nwork\n');
    expect(await snapshotTree(network.host.path('/etc/firewalld'))).toEqual(files);
  });
});

import { readdir, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firewall } from '../../../checks/firewall.ts';
import type { Outcome } from '../../../checks/finding.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { runChecked } from '../../../scripts/host/commands.ts';
import { fixSteps } from '../../../scripts/plan/fix-steps.ts';
import { hostFacts } from '../../../scripts/plan/host-facts.ts';
import { bindStep } from '../../../scripts/steps/index.ts';
import type { BoundStep } from '../../../scripts/steps/step-kind.ts';
import { snapshotTree } from '../scripts/support/temp-host.ts';
import { privateNetwork, type PrivateNetwork } from './private-network.ts';
import { realContext } from './real-context.ts';

let network: PrivateNetwork;
beforeEach(async () => {
  network = await privateNetwork();
});
afterEach(() => network.end());

/** A file of that host; tables of the network are those of a process in it. */
const there = (path: string): string =>
  path.startsWith('/proc/net/')
    ? path.replace('/proc/net', `/proc/${network.pid}/net`)
    : network.host.path(path);

const probe = (): Promise<Outcome> => {
  const real = realContext(new Launcher(), { dataRoot: '/var/tmp', apiSocket: '/run/x.sock' });
  return firewall.probe({
    ...real,
    files: { ...real.files, readText: (path) => real.files.readText(there(path)) },
    run: network.run,
  });
};

/** The step of a finding's fix. */
async function stepOf(outcome: Outcome): Promise<BoundStep> {
  const fix = 'fix' in outcome ? outcome.fix : undefined;
  const [step] = fixSteps(fix ?? [], await hostFacts(network.host));
  if (step === undefined) throw new Error(`no fix for ${outcome.seen}`);
  return bindStep(step);
}

const must = (...argv: readonly [string, ...string[]]): Promise<string> =>
  runChecked(network.run, argv, { timeoutMs: 20_000 });

/** Fixes what the check found, and goes back: each time the check says whether it is so. */
async function fixAndUndo(folder: string): Promise<void> {
  const before = await snapshotTree(network.host.path(folder));
  const found = await probe();
  expect(found.status).toBe('warn');
  const step = await stepOf(found);
  const captured = await step.capture(network.host);
  await step.apply(network.host);
  expect(await probe()).toMatchObject({ status: 'pass' });
  expect(await step.isDone(network.host)).toBe(true);
  // Killed and begun again: nothing is done twice.
  await step.apply(network.host);
  const options = { data: 'keep', packages: 'keep', services: 'restore' } as const;
  for (let time = 0; time < 2; time += 1) {
    expect(await step.undo({ captured, host: network.host, options })).toEqual({ kind: 'undone' });
  }
  expect((await probe()).status).toBe('warn');
  expect(await snapshotTree(network.host.path(folder))).toEqual(before);
}

// Firewalls are written in Python, and are asked a dozen times.
describe('firewall, on real ones', { timeout: 240_000 }, () => {
  it('passes in a network without any', async () => {
    expect(await probe()).toMatchObject({ status: 'pass' });
  });

  it('finds a chain of nftables that drops, and the rules that it tells open it', async () => {
    await must('nft', 'add table inet mine');
    await must(
      'nft',
      'add chain inet mine passing { type filter hook forward priority 0; policy drop; }',
    );
    const outcome = await probe();
    expect(outcome).toMatchObject({ status: 'warn', details: { chains: [{ table: 'mine' }] } });
    const remedy = 'remedy' in outcome ? outcome.remedy : '';
    const commands = [...remedy.matchAll(/nft insert rule [^;]+/g)].map(([command]) => command);
    expect(commands).toHaveLength(2);
    for (const command of commands) await must('sh', '-c', command);
    expect(await probe()).toMatchObject({ status: 'pass' });
  });

  it.each(['iptables-nft', 'iptables-legacy'])('finds the policy of %s', async (iptables) => {
    await must(iptables, '-P', 'FORWARD', 'DROP');
    expect(await probe()).toMatchObject({ status: 'warn' });
    await must(iptables, '-I', 'FORWARD', '-i', 'berth0', '-j', 'ACCEPT');
    expect(await probe()).toMatchObject({ status: 'pass' });
  });

  it('opens ufw, and puts it back to the byte', async () => {
    await must('ufw', '--force', 'enable');
    await rm(network.host.path('/run/ufw.lock'));
    const run = await readdir(network.host.path('/run'));
    expect(await probe()).toMatchObject({ status: 'warn' });
    expect(await readdir(network.host.path('/run'))).toEqual(run);
    await fixAndUndo('/etc/ufw');
    expect(await must('ufw', 'status')).toContain('Status: active');
  });

  it("opens firewalld's trusted zone, and puts it back to the byte", async () => {
    await must('dbus-daemon', '--system', '--fork', '--nopidfile');
    await must('firewalld', '--nopid');
    await must('sh', '-c', 'until firewall-cmd --state >/dev/null 2>&1; do sleep 0.1; done');
    await fixAndUndo('/etc/firewalld');
    expect(await must('firewall-cmd', '--state')).toBe('running\n');
  });
});

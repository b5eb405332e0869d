import { describe, expect, it } from 'vitest';
import { cgroupFreezer } from '../../../checks/cgroup.freezer.ts';
import type { Check } from '../../../checks/check.ts';
import type { HostFix } from '../../../checks/fix.ts';
import { checks } from '../../../checks/index.ts';
import { iptablesVersion } from '../../../checks/iptables.version.ts';
import { limits } from '../../../checks/limits.ts';
import { machineId } from '../../../checks/machine-id.ts';
import { netBridge } from '../../../checks/net.bridge.ts';
import { netNat } from '../../../checks/net.nat.ts';
import { bridgeSteps } from '../../../checks/probes/bridge-program.ts';
import { proxy } from '../../../checks/proxy.ts';
import { runChecks } from '../../../checks/run-checks.ts';
import { securityLsm } from '../../../checks/security.lsm.ts';
import { selfIntegrity } from '../../../checks/self.integrity.ts';
import { sysctlBridgeNf } from '../../../checks/sysctl.bridge-nf.ts';
import { sysctlForward } from '../../../checks/sysctl.forward.ts';
import { runCheck } from '../../../scripts/check/run-check.ts';
import { fakeContext, refusal, type FakeHost } from './fake-context.ts';

/* What users of other tools complain of: each of these has been wrong somewhere for years. */

const kernelConfig = (line: string): Record<string, string> => ({
  '/boot/config-6.1.0-28-amd64': `${line}\n`,
});
const noBridges = (): never => {
  throw refusal(bridgeSteps.bridge, 'EOPNOTSUPP');
};

/** What a fix makes of a host: what `berth check --fix` does by its steps, on plain data. */
function afterFix(host: FakeHost, fixes: readonly HostFix[]): FakeHost {
  let { files = {}, commands = {} } = host;
  for (const fix of fixes) {
    if (fix.kind === 'sysctl') {
      files = { ...files, [`/proc/sys/${fix.key.replaceAll('.', '/')}`]: fix.value };
    } else if (fix.kind === 'package') {
      commands = { ...commands, nft: '', unshare: '' };
      if (fix.names.includes('apparmor')) files = { ...files, '/sbin/apparmor_parser': '' };
    }
  }
  const loaded = fixes.some(({ kind }) => kind === 'module');
  return { ...host, files, commands, ...(loaded ? { program: () => new Uint8Array() } : {}) };
}

describe('a check that warns but cannot fix (kubeadm#312)', () => {
  it.each<readonly [Check, FakeHost]>([
    [sysctlForward, { files: { '/proc/sys/net/ipv4/ip_forward': '0' } }],
    [sysctlBridgeNf, { commands: { modprobe: '' } }],
    [netBridge, { program: noBridges, files: kernelConfig('CONFIG_BRIDGE=m') }],
    [netNat, {}],
    [securityLsm, { files: { '/sys/module/apparmor/parameters/enabled': 'Y' } }],
    [
      limits,
      {
        files: {
          '/proc/sys/kernel/pid_max': '1024',
          '/proc/self/status': 'CapEff:\t000001ffffffffff\n',
        },
      },
    ],
  ])('$id fixes what it finds, and passes afterwards', async (check, host) => {
    const outcome = await check.probe(fakeContext(host));
    const fix = 'fix' in outcome ? outcome.fix : undefined;
    if (fix === undefined) throw new Error(`"${check.id}" found ${outcome.seen} and offers no fix`);
    const again = await check.probe(fakeContext(afterFix(host, fix)));
    expect(again).toMatchObject({ status: 'pass' });
  });

  it('whatever is wrong has a remedy', async () => {
    // A host on which nearly everything is missing.
    const findings = await runChecks(fakeContext({ machine: { hardware: 'i686', release: '?' } }));
    const wrong = findings.filter(({ status }) => status === 'warn' || status === 'fail');
    expect(wrong.length).toBeGreaterThan(15);
    for (const finding of wrong) {
      expect(finding).toHaveProperty('remedy', expect.stringMatching(/\w{3}/));
    }
  });
});

describe('=m taken for loaded (moby#13241)', () => {
  const files = kernelConfig('CONFIG_BRIDGE=m');

  it('is a failure all the same, and the fix is to load it', async () => {
    const commands = { modprobe: '' };
    const outcome = await netBridge.probe(fakeContext({ files, commands, program: noBridges }));
    expect(outcome).toMatchObject({ status: 'fail', fix: [{ kind: 'module', name: 'bridge' }] });
  });

  it('offers no fix when modprobe does not find its file, as after an upgrade', async () => {
    const commands = { modprobe: { exitCode: 1 } };
    const outcome = await netBridge.probe(fakeContext({ files, commands, program: noBridges }));
    expect(outcome).toMatchObject({ status: 'fail' });
    expect(outcome).not.toHaveProperty('fix');
    expect(outcome).toHaveProperty('remedy', expect.stringContaining('installed last'));
  });

  it('does not fail where the probe works, whatever the configuration says', async () => {
    const context = fakeContext({ files: kernelConfig('# CONFIG_BRIDGE is not set') });
    expect((await netBridge.probe(context)).status).toBe('pass');
  });
});

describe('checks that outlive their reason (kubeadm#3132)', () => {
  it.each([
    ['a version of iptables that nobody has', iptablesVersion, {}],
    ['proxies that nobody set', proxy, {}],
    ['a machine id that nothing here asks for', machineId, {}],
    ['a manifest that a checkout does not have', selfIntegrity, {}],
  ])('skip %s', async (_what, check, host) => {
    expect((await check.probe(fakeContext(host))).status).toBe('skip');
  });

  it('do not ask for a v1 freezer where v2 has its own', async () => {
    const files = {
      '/proc/self/mountinfo': '31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
      '/sys/fs/cgroup/cgroup.controllers': 'cpu',
    };
    const program = (): Uint8Array => new Uint8Array(8);
    expect((await cgroupFreezer.probe(fakeContext({ files, program }))).status).toBe('pass');
  });
});

describe('exit 0 with a check failed (check-config)', () => {
  it.each<readonly [string, Partial<Check>]>([
    [
      'found something',
      { probe: () => Promise.resolve({ status: 'fail', seen: 'x', remedy: 'y' }) },
    ],
    ['crashed', { probe: () => Promise.reject(new Error('lost')) }],
  ])('never: one that %s makes it 1', async (_what, more) => {
    const [first] = checks;
    if (first === undefined) throw new Error('there are no checks');
    const findings = await runChecks(fakeContext(), { checks: [{ ...first, ...more }] });
    expect(findings).toMatchObject([{ status: 'fail' }]);
  });

  it('and the command says so', async () => {
    const files = { '/proc/sys/net/ipv4/ip_forward': '0\n' };
    const result = await runCheck(
      { only: ['sysctl.forward'], format: 'text', fixes: 'name' },
      {
        context: fakeContext({ files }),
        applyFixes: () => Promise.reject(new Error('nothing may be fixed')),
        print: () => undefined,
      },
    );
    expect(result).toEqual({ exitCode: 1 });
  });
});

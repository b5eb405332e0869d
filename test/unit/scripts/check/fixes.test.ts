import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostFix } from '../../../../checks/fix.ts';
import { describeFix } from '../../../../scripts/check/describe-fix.ts';
import { hostAt, type ProvisionHost } from '../../../../scripts/host/provision-host.ts';
import { fixSteps } from '../../../../scripts/plan/fix-steps.ts';
import { hostFacts } from '../../../../scripts/plan/host-facts.ts';
import { bindStep } from '../../../../scripts/steps/index.ts';
import { removeTree } from '../../../support/remove-tree.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-test-fixes-'));
});
afterEach(() => {
  removeTree(root);
});

/** A host on which systemctl(1) does what it says. */
function systemdHost(state: { enabled: boolean; active: boolean }, log: string[]): ProvisionHost {
  const verbs: Readonly<Record<string, () => boolean>> = {
    'is-enabled': () => state.enabled,
    'is-active': () => state.active,
    enable: () => (state.enabled = true),
    disable: () => !(state.enabled = false),
    start: () => (state.active = true),
    stop: () => !(state.active = false),
  };
  return hostAt(root, {
    run: (command, [verb = '', ...rest]) => {
      const isDone = verbs[verb]?.() ?? false;
      if (!verb.startsWith('is-')) log.push([command, verb, ...rest].join(' '));
      return Promise.resolve({ exitCode: isDone ? 0 : 3, stdout: '', stderr: '' });
    },
  });
}

const fix: HostFix = { kind: 'service-enable', name: 'systemd-timesyncd', manager: 'systemd' };
const options = { data: 'keep', packages: 'keep', services: 'stop' } as const;

describe('the step service-enable', () => {
  it.each([
    [{ enabled: false, active: false }],
    [{ enabled: true, active: false }],
    [{ enabled: false, active: true }],
  ])('does what is missing of %o, and undoes that only', async (before) => {
    const state = { ...before };
    const log: string[] = [];
    const host = systemdHost(state, log);
    const [step] = fixSteps([fix], await hostFacts(host)).map(bindStep);
    const captured = await step?.capture(host);
    await step?.apply(host);
    expect(state).toEqual({ enabled: true, active: true });
    expect(await step?.isDone(host)).toBe(true);
    const done = log.length;
    await step?.apply(host);
    expect(log).toHaveLength(done);
    for (let time = 0; time < 2; time += 1) await step?.undo({ captured, host, options });
    expect(state).toEqual(before);
    expect(log).toHaveLength(2 * done);
  });
});

describe('fixes in words', () => {
  it.each<readonly [HostFix, string]>([
    [{ kind: 'sysctl', key: 'a.b', value: '1' }, 'set a.b=1'],
    [{ kind: 'module', name: 'overlay' }, 'load module overlay'],
    [{ kind: 'package', names: ['a', 'b'] }, 'install a, b'],
    [{ kind: 'firewall-zone', firewall: 'ufw', interface: 'berth0' }, 'let berth0 through ufw'],
    [fix, 'start systemd-timesyncd now and at every boot'],
  ])('%o: %s', (one, words) => {
    expect(describeFix(one)).toBe(words);
  });
});

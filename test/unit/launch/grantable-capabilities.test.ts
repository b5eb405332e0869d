import { describe, expect, test } from 'vitest';
import { capabilityNames } from '../../../runtime/launch/process/capabilities.ts';
import { grantableProcess } from '../../../runtime/launch/process/grantable-capabilities.ts';
import type { Process } from '../../../runtime/spec/process.ts';

const sysResource = 1n << BigInt(capabilityNames.indexOf('CAP_SYS_RESOURCE'));
const all = (1n << 41n) - 1n;

const bare: Process = {
  terminal: false,
  user: { uid: 0, gid: 0, additionalGids: [] },
  args: ['true'],
  env: [],
  cwd: '/',
  noNewPrivileges: true,
  rlimits: [],
};

/** A process that asks for one list in all its sets. */
const asking = (...names: string[]): Process => ({
  ...bare,
  capabilities: {
    bounding: names,
    effective: names,
    inheritable: names,
    permitted: names,
    ambient: names,
  },
});

describe('grantableProcess', () => {
  const lacking = { lastCapability: 40, ownCapabilities: all & ~sysResource };

  test('leaves out what berth lacks, with one warning', () => {
    const { process, warnings } = grantableProcess(asking('CAP_KILL', 'CAP_SYS_RESOURCE'), {
      host: lacking,
      user: 'host',
    });
    expect(process).toEqual(asking('CAP_KILL'));
    expect(warnings).toEqual([
      '"process.capabilities" has "CAP_SYS_RESOURCE", which berth itself does not have here: it is left out.',
    ]);
  });

  test('leaves it in another user namespace, which has every capability', () => {
    const process = asking('CAP_KILL', 'CAP_SYS_RESOURCE');
    expect(grantableProcess(process, { host: lacking, user: 'other' })).toEqual({
      process,
      warnings: [],
    });
  });

  test('leaves out what the kernel does not know, in any user namespace', () => {
    const host = { lastCapability: 37, ownCapabilities: all };
    const { process, warnings } = grantableProcess(asking('CAP_KILL', 'CAP_FLY', 'CAP_BPF'), {
      host,
      user: 'other',
    });
    expect(process).toEqual(asking('CAP_KILL'));
    expect(warnings).toHaveLength(2);
  });

  test('says what cannot be ambient, because it is not permitted or not inheritable', () => {
    const ambient = ['CAP_KILL', 'CAP_CHOWN', 'CAP_FOWNER'];
    const sets = { bounding: ambient, effective: [], permitted: ['CAP_KILL', 'CAP_CHOWN'] };
    const capabilities = { ...sets, inheritable: ['CAP_KILL', 'CAP_FOWNER'], ambient };
    const asked = { ...bare, capabilities };
    const { process, warnings } = grantableProcess(asked, { host: lacking, user: 'host' });
    expect(process.capabilities).toEqual({ ...capabilities, ambient: ['CAP_KILL'] });
    expect(warnings).toEqual([
      expect.stringMatching(/^can't raise ambient capability CAP_CHOWN: /),
      expect.stringMatching(/^can't raise ambient capability CAP_FOWNER: /),
    ]);
  });

  test('has nothing to say of a process without capabilities', () => {
    expect(grantableProcess(bare, { host: lacking, user: 'host' })).toEqual({
      process: bare,
      warnings: [],
    });
  });
});

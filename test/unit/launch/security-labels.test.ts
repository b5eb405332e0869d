import { expect, it } from 'vitest';
import { setSecurityLabels } from '../../../runtime/launch/security/security-labels.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

/** What the program is given, in the order in which it needs it. */
function strings(labels: { apparmorProfile?: string; selinuxLabel?: string }): readonly string[] {
  const { process } = parseSpec({
    ociVersion: '1.2.1',
    process: { user: { uid: 0, gid: 0 }, args: ['/hello'], cwd: '/', ...labels },
    root: { path: 'rootfs' },
  });
  const p = new ProgramBuilder('test');
  setSecurityLabels(p, process);
  // What else it is given (struct open_how) is no text.
  return p.data
    .map((data) => Buffer.from(data).toString('latin1').replace(/\0+$/, ''))
    .filter((text) => /^[ -~]+$/.test(text));
}

it('AppArmor has a file of its own where the kernel has it, since another module may have the older one', () => {
  expect(strings({ apparmorProfile: 'box' })).toEqual([
    'proc',
    'self/attr/apparmor/exec',
    'self/attr/exec',
    'exec box',
  ]);
});

it('SELinux labels the program and its keyring', () => {
  expect(strings({ selinuxLabel: 'a:b:c:s0' })).toEqual([
    'proc',
    'self/attr/exec',
    'a:b:c:s0',
    'self/attr/keycreate',
  ]);
});

it('without labels there is nothing to do', () => {
  expect(strings({})).toEqual([]);
  expect(strings({ apparmorProfile: '', selinuxLabel: '' })).toEqual([]);
});

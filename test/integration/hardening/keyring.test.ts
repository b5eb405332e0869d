import { describe, expect, it } from 'vitest';
import { defaultCapabilities } from '../../../runtime/launch/process/capabilities.ts';
import { defaultSeccomp, kernelVersion } from '../../../runtime/launch/seccomp/default-profile.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { useMachine } from './fixture.ts';
import { runInside } from './inside.ts';

const machine = useMachine();

// include/uapi/linux/keyctl.h
const KEYCTL_GET_KEYRING_ID = 0;
const KEY_SPEC_SESSION_KEYRING = -3;

/** Looks up the serial number of the session keyring that a program has, without making one. */
function sessionKeyring(): ProgramBuilder {
  const p = new ProgramBuilder('keyring');
  const answer = p.reserve(8);
  const args = [KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0];
  p.set(answer, p.call('look for the keyring', 'keyctl', args));
  p.reply(answer, 8);
  return p;
}

/**
 * Keyrings are not namespaced: a container that kept the session keyring of who started berth could use the keys in it (an
 * encrypted folder's, Kerberos'). The defence is `join a keyring` in runtime/launch/process/become-program.ts: without it the test is
 * red. Under the default profile a container cannot use keyrings at all.
 */
describe('the session keyring', () => {
  it('of a container is its own', async () => {
    const host = await machine().launcher.run(sessionKeyring());
    const one = await runInside(machine(), sessionKeyring());
    const other = await runInside(machine(), sessionKeyring());
    const serials = [host, one, other].map(({ data }) => data.readBigInt64LE());
    expect(new Set(serials).size).toBe(3);
  });

  it('cannot be looked at under the default profile', async () => {
    const seccomp = defaultSeccomp({
      capabilities: defaultCapabilities,
      architecture: currentArchitecture(),
      kernel: kernelVersion('6.18.0'),
    });
    const { failure } = await runInside(machine(), sessionKeyring(), { linux: { seccomp } });
    expect(failure).toBe('look for the keyring: EPERM');
  });
});

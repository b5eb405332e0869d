import { describe, expect, it } from 'vitest';
import { bridgeProgram } from '../../../checks/probes/bridge-program.ts';
import { overlayProgram } from '../../../checks/probes/overlay-program.ts';
import { seccompProgram } from '../../../checks/probes/seccomp-program.ts';
import { cgroupLimits } from '../../../checks/cgroup.limits.ts';
import { namespaces } from '../../../checks/namespaces.ts';
import type { Architecture } from '../../../runtime/syscall/architecture.ts';
import { encodeProgram } from '../../../runtime/syscall/encode.ts';
import type { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { fakeContext } from './fake-context.ts';

/** All programs that the checks run. */
async function programs(): Promise<readonly ProgramBuilder[]> {
  const seen: ProgramBuilder[] = [overlayProgram('/x'), bridgeProgram(), seccompProgram()];
  const context = fakeContext({
    files: {
      '/proc/self/mountinfo': '30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
      '/sys/fs/cgroup/cgroup.controllers': 'cpu memory io hugetlb\n',
    },
    program: (program) => {
      seen.push(program);
      return new Uint8Array(64);
    },
  });
  await namespaces.probe(context);
  await cgroupLimits.probe(context);
  return seen;
}

describe('the programs of the checks', () => {
  it.each(['x86_64', 'aarch64'] satisfies Architecture[])(
    'can be run on %s',
    async (architecture) => {
      const all = await programs();
      expect(all.length).toBeGreaterThan(10);
      for (const program of all) {
        const bytes = encodeProgram(program, { architecture, id: 1, replyFd: 3 });
        expect(bytes.length).toBeGreaterThan(64);
      }
    },
  );

  it('use no call newer than Linux 3.10: an old kernel must be told apart from a missing feature', async () => {
    const used = new Set(
      (await programs()).flatMap(({ steps }) => steps.flatMap(({ call }) => call ?? [])),
    );
    expect([...used].sort()).toEqual([
      'chdir',
      'close',
      'faccessat',
      'getxattr',
      'mkdirat',
      'mknodat',
      'mount',
      'openat',
      'prctl',
      'recvfrom',
      'sendto',
      'setxattr',
      'socket',
      'umount2',
      'unlinkat',
      'unshare',
      'writev',
    ]);
  });
});

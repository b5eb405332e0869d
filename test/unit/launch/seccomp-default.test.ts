import { describe, expect, it } from 'vitest';
import { defaultCapabilities } from '../../../runtime/launch/process/capabilities.ts';
import { alwaysAllowed } from '../../../runtime/launch/seccomp/allowed-calls.ts';
import { compileSeccomp } from '../../../runtime/launch/seccomp/compile.ts';
import { defaultSeccomp, kernelVersion } from '../../../runtime/launch/seccomp/default-profile.ts';
import type { ProfileSituation } from '../../../runtime/launch/seccomp/default-profile.ts';
import { seccompSchema } from '../../../runtime/spec/seccomp.ts';
import { aarch64 } from '../../../runtime/syscall/tables/aarch64.ts';
import { x32 } from '../../../runtime/syscall/tables/x32.ts';
import { x86_64 } from '../../../runtime/syscall/tables/x86_64.ts';
import { runFilter } from './bpf-interpreter.ts';
import { auditArch, meaningOf } from './seccomp-oracle.ts';

const allow = 0x7fff0000;
const eperm = 0x50001;
const enosys = 0x50000 + 38;

const usual: ProfileSituation = {
  capabilities: defaultCapabilities,
  architecture: 'x86_64',
  kernel: { major: 6, minor: 18 },
};

/** What the default profile answers to a call on x86-64. */
function answer(
  name: string,
  args: readonly bigint[] = [],
  changes: Partial<ProfileSituation> = {},
): number {
  const { program } = compileSeccomp(defaultSeccomp({ ...usual, ...changes }), 'x86_64');
  const nr = x86_64[name];
  if (nr === undefined) throw new Error(`no call "${name}"`);
  return runFilter(program, { nr, arch: auditArch.x86_64, args }).result;
}

describe('the default profile', () => {
  it.each([
    'read',
    'openat',
    'execve',
    'clock_gettime',
    'futex',
    'mmap',
    'ptrace',
    'arch_prctl',
    'chroot',
  ])('allows %s', (name) => {
    expect(answer(name)).toBe(allow);
  });

  it.each([
    ...[
      'mount',
      'umount2',
      'unshare',
      'setns',
      'bpf',
      'perf_event_open',
      'kexec_load',
      'init_module',
    ],
    ...[
      'reboot',
      'swapon',
      'keyctl',
      'add_key',
      'userfaultfd',
      'io_uring_setup',
      'open_by_handle_at',
    ],
    ...[
      'settimeofday',
      'acct',
      'iopl',
      'syslog',
      'quotactl',
      'nfsservctl',
      'process_madvise',
      'mbind',
    ],
  ])('forbids %s', (name) => {
    expect(answer(name)).toBe(eperm);
  });

  it.each([
    ['CAP_SYS_ADMIN', 'mount'],
    ['CAP_SYS_ADMIN', 'clone3'],
    ['CAP_SYS_BOOT', 'reboot'],
    ['CAP_SYS_MODULE', 'finit_module'],
    ['CAP_SYS_TIME', 'clock_settime'],
    ['CAP_SYS_PTRACE', 'process_madvise'],
    ['CAP_SYS_NICE', 'mbind'],
    ['CAP_SYSLOG', 'syslog'],
    ['CAP_BPF', 'bpf'],
    ['CAP_PERFMON', 'perf_event_open'],
    ['CAP_DAC_READ_SEARCH', 'open_by_handle_at'],
  ])('with %s allows %s', (capability, name) => {
    expect(answer(name)).not.toBe(allow);
    expect(answer(name, [], { capabilities: [...defaultCapabilities, capability] })).toBe(allow);
  });

  it('forbids chroot without its capability', () => {
    expect(answer('chroot', [], { capabilities: [] })).toBe(eperm);
  });

  it('lets clone make processes and threads, but no namespaces', () => {
    const SIGCHLD = 17n;
    expect(answer('clone', [SIGCHLD])).toBe(allow);
    expect(answer('clone', [0x3d0f00n])).toBe(allow);
    for (const namespace of [
      0x20000n,
      0x2000000n,
      0x4000000n,
      0x8000000n,
      0x10000000n,
      0x20000000n,
      0x40000000n,
    ]) {
      expect(answer('clone', [namespace | SIGCHLD])).toBe(eperm);
    }
    expect(answer('clone', [0x10000000n], { capabilities: ['CAP_SYS_ADMIN'] })).toBe(allow);
  });

  it('answers ENOSYS to clone3, so that the C library uses clone', () => {
    expect(answer('clone3')).toBe(enosys);
  });

  it.each([
    [1n, allow],
    [2n, allow],
    [16n, allow],
    [38n, eperm],
    [39n, allow],
    [40n, eperm],
    [44n, allow],
  ])('answers to socket of family %i: %i', (family, result) => {
    expect(answer('socket', [family])).toBe(result);
  });

  it.each([0x0n, 0x8n, 0x20000n, 0x20008n, 0xffffffffn])('allows personality 0x%x', (value) => {
    expect(answer('personality', [value])).toBe(allow);
  });

  it('forbids the personality that switches address randomisation off', () => {
    expect(answer('personality', [0x40000n])).toBe(eperm);
  });

  it('forbids ptrace before Linux 4.8', () => {
    expect(answer('ptrace', [], { kernel: { major: 4, minor: 7 } })).toBe(eperm);
    expect(answer('ptrace', [], { kernel: { major: 4, minor: 8 } })).toBe(allow);
    expect(
      answer('ptrace', [], { kernel: { major: 3, minor: 10 }, capabilities: ['CAP_SYS_PTRACE'] }),
    ).toBe(allow);
  });

  it('answers ENOSYS to calls that are newer than itself', () => {
    const { program } = compileSeccomp(defaultSeccomp(usual), 'x86_64');
    expect(runFilter(program, { nr: 1000, arch: auditArch.x86_64, args: [] }).result).toBe(enosys);
  });

  it('is a profile as the specification has them', () => {
    const profile = defaultSeccomp(usual);
    expect(seccompSchema.parse(profile)).toEqual(profile);
  });

  it('names each call that everybody may make once', () => {
    expect(alwaysAllowed).toHaveLength(new Set(alwaysAllowed).size);
    expect(alwaysAllowed.length).toBe(360);
  });

  it.each([
    ['x86_64', 'SCMP_ARCH_X86_64', auditArch.x86_64, { ...x32, ...x86_64 }],
    ['aarch64', 'SCMP_ARCH_AARCH64', auditArch.aarch64, aarch64],
  ] as const)(
    'means the same compiled for %s, in about a dozen steps',
    (architecture, native, arch, table) => {
      const profile = defaultSeccomp({ ...usual, architecture });
      const { program, instructions } = compileSeccomp(profile, architecture);
      expect(instructions).toBeLessThan(400);
      for (const nr of Object.values(table)) {
        const { result, steps } = runFilter(program, { nr, arch, args: [] });
        expect(result, `call ${nr}`).toBe(meaningOf(profile, native, { nr, arch, args: [] }));
        expect(steps).toBeLessThan(24);
      }
    },
  );
});

describe('kernelVersion', () => {
  it.each([
    ['6.1.0-32-amd64', { major: 6, minor: 1 }],
    ['5.15.167.4-microsoft-standard-WSL2', { major: 5, minor: 15 }],
    ['3.10', { major: 3, minor: 10 }],
    ['unreadable', { major: 0, minor: 0 }],
  ])('%s', (release, version) => {
    expect(kernelVersion(release)).toEqual(version);
  });
});

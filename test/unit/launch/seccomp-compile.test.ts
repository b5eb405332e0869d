import { describe, expect, it } from 'vitest';
import { compileSeccomp } from '../../../runtime/launch/seccomp/compile.ts';
import { FilterCache } from '../../../runtime/launch/seccomp/filter-cache.ts';
import { seccompOperators, seccompSchema } from '../../../runtime/spec/seccomp.ts';
import type { Seccomp, SeccompCondition, SeccompInput } from '../../../runtime/spec/seccomp.ts';
import type { Architecture } from '../../../runtime/syscall/architecture.ts';
import { aarch64 } from '../../../runtime/syscall/tables/aarch64.ts';
import { arm } from '../../../runtime/syscall/tables/arm.ts';
import { i386 } from '../../../runtime/syscall/tables/i386.ts';
import { x86_64 } from '../../../runtime/syscall/tables/x86_64.ts';
import { runFilter } from './bpf-interpreter.ts';
import type { CallData } from './bpf-interpreter.ts';
import { auditArch, edges, meaningOf } from './seccomp-oracle.ts';

const allow = 0x7fff0000;
const eperm = 0x50001;
const enosys = 0x50000 + 38;
const killProcess = 0x80000000;

function compile(profile: SeccompInput, architecture: Architecture = 'x86_64'): Uint8Array {
  return compileSeccomp(seccompSchema.parse(profile), architecture).program;
}

function answer(
  program: Uint8Array,
  nr: number | undefined,
  args: readonly bigint[] = [],
  arch: number = auditArch.x86_64,
): number {
  if (nr === undefined) throw new Error('no such call');
  return runFilter(program, { nr, arch, args }).result;
}

describe('conditions', () => {
  it.each(seccompOperators)('%s compares 64 bits as they are', (op) => {
    for (const value of edges) {
      const condition: SeccompCondition = { index: 3, op, value, valueTwo: 0x100000001n };
      const profile: Seccomp = seccompSchema.parse({
        defaultAction: 'SCMP_ACT_ERRNO',
        syscalls: [{ names: ['write'], action: 'SCMP_ACT_ALLOW', args: [condition] }],
      });
      const { program } = compileSeccomp(profile, 'x86_64');
      for (const argument of [...edges, 0x100000003n]) {
        const call: CallData = { nr: 1, arch: auditArch.x86_64, args: [0n, 0n, 0n, argument] };
        expect(runFilter(program, call).result, `${argument} ${op} ${value}`).toBe(
          meaningOf(profile, 'SCMP_ARCH_X86_64', call),
        );
      }
    }
  });

  it('must all hold, unless two are about the same argument: then one is enough', () => {
    const program = compile({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [
        {
          names: ['read'],
          action: 'SCMP_ACT_ALLOW',
          args: [
            { index: 0, value: 1, op: 'SCMP_CMP_EQ' },
            { index: 1, value: 2, op: 'SCMP_CMP_EQ' },
          ],
        },
        {
          names: ['write'],
          action: 'SCMP_ACT_ALLOW',
          args: [
            { index: 0, value: 1, op: 'SCMP_CMP_EQ' },
            { index: 0, value: 2, op: 'SCMP_CMP_EQ' },
          ],
        },
      ],
    });
    expect(answer(program, x86_64['read'], [1n, 2n])).toBe(allow);
    expect(answer(program, x86_64['read'], [1n, 3n])).toBe(eperm);
    expect(answer(program, x86_64['write'], [1n])).toBe(allow);
    expect(answer(program, x86_64['write'], [2n])).toBe(allow);
    expect(answer(program, x86_64['write'], [3n])).toBe(eperm);
  });
});

describe('rules', () => {
  it('the first that holds decides, also against a later one without conditions', () => {
    const program = compile({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [
        {
          names: ['kill'],
          action: 'SCMP_ACT_KILL_PROCESS',
          args: [{ index: 1, value: 9, op: 'SCMP_CMP_EQ' }],
        },
        { names: ['kill'], action: 'SCMP_ACT_ALLOW' },
        { names: ['kill'], action: 'SCMP_ACT_TRAP' },
      ],
    });
    expect(answer(program, x86_64['kill'], [1n, 9n])).toBe(killProcess);
    expect(answer(program, x86_64['kill'], [1n, 15n])).toBe(allow);
  });

  it.each([
    ['SCMP_ACT_KILL', undefined, 0],
    ['SCMP_ACT_KILL_THREAD', undefined, 0],
    ['SCMP_ACT_KILL_PROCESS', undefined, killProcess],
    ['SCMP_ACT_TRAP', undefined, 0x30000],
    ['SCMP_ACT_ERRNO', undefined, eperm],
    ['SCMP_ACT_ERRNO', 95, 0x50000 + 95],
    ['SCMP_ACT_TRACE', 7, 0x7ff00007],
    ['SCMP_ACT_LOG', undefined, 0x7ffc0000],
  ] as const)('%s with errno %s is 0x%x', (action, errnoRet, result) => {
    const rule =
      errnoRet === undefined ? { names: ['read'], action } : { names: ['read'], action, errnoRet };
    expect(answer(compile({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] }), 0)).toBe(result);
  });

  it('about calls that nobody has are passed over, and named', () => {
    const profile = seccompSchema.parse({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [{ names: ['read', 'fly', 'constructor'], action: 'SCMP_ACT_ALLOW' }],
    });
    const compiled = compileSeccomp(profile, 'x86_64');
    expect(compiled.unknownCalls).toEqual(['fly', 'constructor']);
    expect(answer(compiled.program, 0)).toBe(allow);
  });

  const listenerPath = '/run/agent';
  const notify = (...names: readonly string[]): NonNullable<SeccompInput['syscalls']> => [
    { names, action: 'SCMP_ACT_NOTIFY' },
  ];

  it.each([
    [{ defaultAction: 'SCMP_ACT_NOTIFY' as const, listenerPath }, 'as the default action'],
    [
      { defaultAction: 'SCMP_ACT_ALLOW' as const, syscalls: notify('mount') },
      'without "listenerPath"',
    ],
    [
      {
        defaultAction: 'SCMP_ACT_ALLOW' as const,
        syscalls: notify('mount', 'write'),
        listenerPath,
      },
      'for "write"',
    ],
    [
      {
        defaultAction: 'SCMP_ACT_ALLOW' as const,
        flags: ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV' as const],
      },
      'WAIT_KILLABLE',
    ],
  ])('that need a listener are refused when there can be none', (profile, named) => {
    expect(() => compile(profile)).toThrow(named);
  });

  it('that hand calls to a listener ask for one', () => {
    const profile = seccompSchema.parse({
      defaultAction: 'SCMP_ACT_ALLOW',
      flags: ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'],
      syscalls: notify('mount'),
      listenerPath,
    });
    const compiled = compileSeccomp(profile, 'x86_64');
    expect(compiled).toMatchObject({ flags: 8 | 32, notifies: true });
    expect(answer(compiled.program, x86_64['mount'])).toBe(0x7fc00000);
    expect(answer(compiled.program, x86_64['read'])).toBe(allow);
  });

  it('with a listener that no call is handed to ask for none', () => {
    const profile = seccompSchema.parse({ defaultAction: 'SCMP_ACT_ALLOW', listenerPath });
    expect(compileSeccomp(profile, 'x86_64')).toMatchObject({ flags: 0, notifies: false });
  });

  it('turn flags into those of seccomp(2)', () => {
    const profile = seccompSchema.parse({
      defaultAction: 'SCMP_ACT_ALLOW',
      flags: [
        'SECCOMP_FILTER_FLAG_TSYNC',
        'SECCOMP_FILTER_FLAG_LOG',
        'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
      ],
    });
    expect(compileSeccomp(profile, 'x86_64').flags).toBe(2 | 4);
  });
});

describe('architectures', () => {
  const profile: SeccompInput = {
    defaultAction: 'SCMP_ACT_ERRNO',
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    syscalls: [{ names: ['execve'], action: 'SCMP_ACT_ALLOW' }],
  };

  it('have numbers of their own', () => {
    const program = compile(profile);
    expect(answer(program, 59)).toBe(allow);
    expect(answer(program, 0x40000000 + 520)).toBe(allow);
    expect(answer(program, 11, [], auditArch.i386)).toBe(allow);
    expect(answer(program, 11)).toBe(eperm);
    expect(answer(program, 0x40000000 + 59)).toBe(eperm);
  });

  it('that are not listed kill the process, except for the number -1', () => {
    const program = compile({ ...profile, architectures: [] });
    expect(answer(program, 59)).toBe(allow);
    expect(answer(program, 11, [], auditArch.i386)).toBe(killProcess);
    expect(answer(program, 0x40000000 + 520)).toBe(killProcess);
    expect(answer(program, 0xffffffff)).toBe(eperm);
    expect(answer(program, 59, [], auditArch.aarch64)).toBe(killProcess);
  });

  it('that the machine cannot run do no harm', () => {
    expect(answer(compile({ ...profile, architectures: ['SCMP_ARCH_MIPS'] }), 59)).toBe(allow);
  });

  it('AArch64 comes with ARM and its private calls', () => {
    const program = compile(
      {
        ...profile,
        architectures: ['SCMP_ARCH_ARM'],
        syscalls: [{ names: ['execve', 'set_tls'], action: 'SCMP_ACT_ALLOW' }],
      },
      'aarch64',
    );
    expect(answer(program, aarch64['execve'], [], auditArch.aarch64)).toBe(allow);
    expect(answer(program, arm['execve'], [], auditArch.arm)).toBe(allow);
    expect(answer(program, 0xf0005, [], auditArch.arm)).toBe(allow);
    expect(answer(program, 0xf0004, [], auditArch.arm)).toBe(eperm);
    expect(answer(program, 460, [], auditArch.arm)).toBe(enosys);
  });
});

describe('calls newer than the profile', () => {
  it('answer ENOSYS when the default forbids', () => {
    const program = compile({
      defaultAction: 'SCMP_ACT_KILL',
      syscalls: [{ names: ['statx'], action: 'SCMP_ACT_ALLOW' }],
    });
    expect(answer(program, x86_64['statx'])).toBe(allow);
    expect(answer(program, (x86_64['statx'] ?? 0) - 1)).toBe(0);
    expect(answer(program, (x86_64['statx'] ?? 0) + 1)).toBe(enosys);
    expect(answer(program, 4000)).toBe(enosys);
  });

  it('are allowed when the default allows', () => {
    const program = compile({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['statx'], action: 'SCMP_ACT_ERRNO' }],
    });
    expect(answer(program, 4000)).toBe(allow);
  });

  it('get the default when no rule says what is old', () => {
    expect(answer(compile({ defaultAction: 'SCMP_ACT_ERRNO' }), 4000)).toBe(eperm);
  });
});

describe('calls of 32-bit x86 through socketcall and ipc', () => {
  const through = (program: Uint8Array, name: string, number: bigint): number =>
    answer(program, i386[name], [number], auditArch.i386);
  const profile = (action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_TRAP', conditional: boolean): Uint8Array =>
    compile({
      defaultAction: action === 'SCMP_ACT_ALLOW' ? 'SCMP_ACT_ERRNO' : 'SCMP_ACT_ALLOW',
      architectures: ['SCMP_ARCH_X86'],
      syscalls: [
        {
          names: ['connect', 'shmat'],
          action,
          args: conditional ? [{ index: 1, value: 5, op: 'SCMP_CMP_EQ' }] : [],
        },
      ],
    });

  it('are covered by rules about the call itself', () => {
    const program = profile('SCMP_ACT_ALLOW', false);
    expect(through(program, 'connect', 0n)).toBe(allow);
    expect(through(program, 'socketcall', 3n)).toBe(allow);
    expect(through(program, 'socketcall', 2n)).toBe(eperm);
    expect(through(program, 'ipc', 21n)).toBe(allow);
    expect(through(program, 'ipc', 0x10000n + 21n)).toBe(allow);
    expect(through(program, 'ipc', 22n)).toBe(eperm);
  });

  it('are forbidden whole when the rule forbids by arguments, which cannot be seen', () => {
    const program = profile('SCMP_ACT_TRAP', true);
    expect(through(program, 'socketcall', 3n)).toBe(0x30000);
    expect(through(program, 'socketcall', 2n)).toBe(allow);
  });

  it('are not allowed when the rule allows by arguments', () => {
    expect(through(profile('SCMP_ACT_ALLOW', true), 'socketcall', 3n)).toBe(eperm);
  });
});

describe('a large profile', () => {
  /** A rule on an argument of every call: code far beyond what an 8-bit jump reaches. */
  const large = (perCall: number): Seccomp =>
    seccompSchema.parse({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: Object.keys(x86_64).flatMap((name, call) =>
        Array.from({ length: perCall }, (_, rule) => ({
          names: [name],
          action: rule % 2 === 0 ? ('SCMP_ACT_ALLOW' as const) : ('SCMP_ACT_LOG' as const),
          args: [{ index: call % 6, value: BigInt(call * 8 + rule), op: 'SCMP_CMP_EQ' as const }],
        })),
      ),
    });

  it('jumps as far as it needs to', () => {
    const profile = large(2);
    const { program, instructions } = compileSeccomp(profile, 'x86_64');
    expect(instructions).toBeGreaterThan(1500);
    for (const [call, nr] of Object.values(x86_64).entries()) {
      for (const value of [call * 8, call * 8 + 1, call * 8 + 2]) {
        const args = Array.from({ length: 6 }, () => BigInt(value));
        const data: CallData = { nr, arch: auditArch.x86_64, args };
        expect(runFilter(program, data).result).toBe(meaningOf(profile, 'SCMP_ARCH_X86_64', data));
      }
    }
  });

  it('is refused when the kernel would refuse it', () => {
    expect(() => compileSeccomp(large(6), 'x86_64')).toThrow(
      expect.objectContaining({ code: 'SECCOMP_TOO_LARGE' }) as Error,
    );
  });
});

describe('FilterCache', () => {
  it('compiles a profile once, and another one anew', () => {
    const cache = new FilterCache('x86_64');
    const profile = (value: bigint): Seccomp =>
      seccompSchema.parse({
        defaultAction: 'SCMP_ACT_ERRNO',
        syscalls: [
          {
            names: ['read'],
            action: 'SCMP_ACT_ALLOW',
            args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }],
          },
        ],
      });
    const filter = cache.compile(profile(1n));
    expect(cache.compile(profile(1n))).toBe(filter);
    expect(cache.compile(profile(2n)).program).not.toEqual(filter.program);
  });
});

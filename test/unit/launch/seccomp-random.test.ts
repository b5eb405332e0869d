import { describe, expect, it } from 'vitest';
import { compileSeccomp } from '../../../runtime/launch/seccomp/compile.ts';
import { seccompActions, seccompOperators } from '../../../runtime/spec/seccomp.ts';
import type { Seccomp, SeccompCondition } from '../../../runtime/spec/seccomp.ts';
import type { Architecture } from '../../../runtime/syscall/architecture.ts';
import { aarch64 } from '../../../runtime/syscall/tables/aarch64.ts';
import { arm } from '../../../runtime/syscall/tables/arm.ts';
import { i386 } from '../../../runtime/syscall/tables/i386.ts';
import { x32 } from '../../../runtime/syscall/tables/x32.ts';
import { x86_64 } from '../../../runtime/syscall/tables/x86_64.ts';
import { runFilter } from './bpf-interpreter.ts';
import type { CallData } from './bpf-interpreter.ts';
import { Random } from './random.ts';
import { auditArch, edges, meaningOf } from './seccomp-oracle.ts';

describe('random profiles', () => {
  const tables: Readonly<
    Record<
      Architecture,
      {
        native: string;
        interfaces: readonly { arch: number; numbers: Readonly<Record<string, number>> }[];
      }
    >
  > = {
    x86_64: {
      native: 'SCMP_ARCH_X86_64',
      interfaces: [
        { arch: auditArch.x86_64, numbers: x86_64 },
        { arch: auditArch.x86_64, numbers: x32 },
        { arch: auditArch.i386, numbers: i386 },
      ],
    },
    aarch64: {
      native: 'SCMP_ARCH_AARCH64',
      interfaces: [
        { arch: auditArch.aarch64, numbers: aarch64 },
        { arch: auditArch.arm, numbers: arm },
      ],
    },
  };
  // Calls that 32-bit x86 also makes in another way have tests of their own.
  const otherWays =
    /sock|connect|accept|bind|listen|send|recv|shutdown|peername|^ipc$|^sem|^msg[a-z]|^shm/;
  const names = [
    ...new Set([...Object.keys(x86_64), ...Object.keys(i386), ...Object.keys(arm)]),
  ].filter((name) => !otherWays.test(name));
  const actions = seccompActions.filter((action) => action !== 'SCMP_ACT_NOTIFY');

  function randomProfile(random: Random): Seccomp {
    const few = random.list(12, () => random.pick(names)).concat('read');
    const condition = (): SeccompCondition => ({
      index: random.below(3),
      op: random.pick(seccompOperators),
      value: random.pick(edges),
      valueTwo: random.pick(edges),
    });
    const rule = (): Seccomp['syscalls'][number] => ({
      names:
        random.below(4) === 0
          ? random.list(80, () => random.pick(names)).concat('write')
          : [random.pick(few)],
      action: random.pick(actions),
      errnoRet: random.below(100),
      args: random.below(3) === 0 ? [] : random.list(3, condition),
    });
    return {
      defaultAction: random.pick(actions),
      architectures: random.list(3, () =>
        random.pick([
          'SCMP_ARCH_X86',
          'SCMP_ARCH_X32',
          'SCMP_ARCH_ARM',
          'SCMP_ARCH_X86_64',
          'SCMP_ARCH_S390X',
        ] as const),
      ),
      flags: [],
      syscalls: random.list(30, rule),
    };
  }

  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'mean the same compiled (seed %i)',
    (seed) => {
      const random = new Random(seed);
      const architecture = random.pick(['x86_64', 'aarch64'] as const);
      const profile = randomProfile(random);
      const { program } = compileSeccomp(profile, architecture);
      const { native, interfaces } = tables[architecture];
      const calls = interfaces.flatMap(({ arch, numbers }) =>
        [
          ...Object.values(numbers),
          500,
          0x3fffffff,
          0x40000000,
          0x40000200,
          0xf0000,
          0xf0006,
          0xffffffff,
        ].map((nr) => ({ arch, nr })),
      );
      for (const { arch, nr } of [...calls, { arch: 5, nr: 0 }]) {
        const call: CallData = {
          arch,
          nr,
          args: [random.pick(edges), random.pick(edges), random.pick(edges)],
        };
        const { result } = runFilter(program, call);
        expect(result, `arch ${arch.toString(16)} nr ${nr} args ${String(call.args)}`).toBe(
          meaningOf(profile, native, call),
        );
      }
    },
  );
});

import type { Seccomp, SeccompCondition, SeccompRule } from '../../../runtime/spec/seccomp.ts';
import { aarch64 } from '../../../runtime/syscall/tables/aarch64.ts';
import { arm } from '../../../runtime/syscall/tables/arm.ts';
import { i386 } from '../../../runtime/syscall/tables/i386.ts';
import { x32 } from '../../../runtime/syscall/tables/x32.ts';
import { x86_64 } from '../../../runtime/syscall/tables/x86_64.ts';
import type { CallData } from './bpf-interpreter.ts';

/** What a profile means, worked out call by call from its own text: no tables of ranges, no code. */

export const auditArch = {
  x86_64: 0xc000003e,
  i386: 0x40000003,
  aarch64: 0xc00000b7,
  arm: 0x40000028,
} as const;

/** 64-bit values where comparisons by halves go wrong, if they do. */
export const edges = [
  0n,
  1n,
  2n,
  0x7fffffffn,
  0x80000000n,
  0xfffffffen,
  0xffffffffn,
  0x100000000n,
  0x100000001n,
  0x1ffffffffn,
  0x200000000n,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xfffffffffffffffen,
  0xffffffffffffffffn,
];

const killProcess = 0x80000000;
const results: Readonly<Record<string, number>> = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: killProcess,
  SCMP_ACT_TRAP: 0x30000,
  SCMP_ACT_ERRNO: 0x50000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};

function resultOf(action: string, errnoRet: number | undefined): number {
  const withData = action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';
  return (results[action] ?? 0) + (withData ? (errnoRet ?? 1) : 0);
}

function conditionHolds(condition: SeccompCondition, args: readonly bigint[]): boolean {
  const argument = args[condition.index] ?? 0n;
  switch (condition.op) {
    case 'SCMP_CMP_EQ':
      return argument === condition.value;
    case 'SCMP_CMP_NE':
      return argument !== condition.value;
    case 'SCMP_CMP_LT':
      return argument < condition.value;
    case 'SCMP_CMP_LE':
      return argument <= condition.value;
    case 'SCMP_CMP_GT':
      return argument > condition.value;
    case 'SCMP_CMP_GE':
      return argument >= condition.value;
    case 'SCMP_CMP_MASKED_EQ':
      return (argument & condition.value) === (condition.valueTwo & condition.value);
  }
}

function ruleHolds(rule: SeccompRule, args: readonly bigint[]): boolean {
  const twice = rule.args.some((a, i) => rule.args.findIndex((b) => a.index === b.index) !== i);
  const holds = (condition: SeccompCondition): boolean => conditionHolds(condition, args);
  return twice ? rule.args.some(holds) : rule.args.every(holds);
}

function tableOf({
  arch,
  nr,
}: CallData): { name: string; numbers: Readonly<Record<string, number>> } | undefined {
  switch (arch) {
    case auditArch.x86_64:
      return nr >= 0x40000000
        ? { name: 'SCMP_ARCH_X32', numbers: x32 }
        : { name: 'SCMP_ARCH_X86_64', numbers: x86_64 };
    case auditArch.i386:
      return { name: 'SCMP_ARCH_X86', numbers: i386 };
    case auditArch.aarch64:
      return { name: 'SCMP_ARCH_AARCH64', numbers: aarch64 };
    case auditArch.arm:
      return { name: 'SCMP_ARCH_ARM', numbers: arm };
    default:
      return undefined;
  }
}

/** What the filter should answer. Calls through socketcall and ipc are not known here: tests name them themselves. */
export function meaningOf(seccomp: Seccomp, native: string, call: CallData): number {
  const table = tableOf(call);
  const byDefault = resultOf(seccomp.defaultAction, seccomp.defaultErrnoRet);
  if (table === undefined) return killProcess;
  if (table.name !== native && !seccomp.architectures.some((name) => name === table.name)) {
    return table.name === 'SCMP_ARCH_X32' && call.nr === 0xffffffff ? byDefault : killProcess;
  }
  const numberOf = (name: string): number | undefined => table.numbers[name];
  const rule = seccomp.syscalls.find(
    (candidate) =>
      candidate.names.some((name) => numberOf(name) === call.nr) && ruleHolds(candidate, call.args),
  );
  if (rule !== undefined) return resultOf(rule.action, rule.errnoRet);
  const named = seccomp.syscalls
    .flatMap((candidate) => candidate.names.map(numberOf))
    .filter((number) => number !== undefined)
    .filter((number) => table.name !== 'SCMP_ARCH_ARM' || number < 0xf0000);
  const isPrivate = table.name === 'SCMP_ARCH_ARM' && call.nr >= 0xf0000;
  const letsRun = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'].includes(
    seccomp.defaultAction,
  );
  const newer = named.length > 0 && call.nr > Math.max(...named) && !isPrivate;
  return newer && !letsRun ? 0x50000 + 38 : byDefault;
}

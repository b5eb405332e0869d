import type { z } from 'zod';
import { boundedList } from './bounded.ts';
import { integer, list, nonEmptyText, oneOf, record, text, uint64 } from './fields.ts';

/** What to do with a system call. `KILL` is the old name of `KILL_THREAD`. */
export const seccompActions = [
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
] as const;

/** How an argument is compared; MASKED_EQ is `(argument & value) == valueTwo`. */
export const seccompOperators = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const;

/** Every architecture of the specification; the compiler knows the first five. */
export const seccompArchitectures = [
  'SCMP_ARCH_X86_64',
  'SCMP_ARCH_X86',
  'SCMP_ARCH_X32',
  'SCMP_ARCH_AARCH64',
  'SCMP_ARCH_ARM',
  'SCMP_ARCH_LOONGARCH64',
  'SCMP_ARCH_M68K',
  'SCMP_ARCH_MIPS',
  'SCMP_ARCH_MIPS64',
  'SCMP_ARCH_MIPS64N32',
  'SCMP_ARCH_MIPSEL',
  'SCMP_ARCH_MIPSEL64',
  'SCMP_ARCH_MIPSEL64N32',
  'SCMP_ARCH_PARISC',
  'SCMP_ARCH_PARISC64',
  'SCMP_ARCH_PPC',
  'SCMP_ARCH_PPC64',
  'SCMP_ARCH_PPC64LE',
  'SCMP_ARCH_RISCV64',
  'SCMP_ARCH_S390',
  'SCMP_ARCH_S390X',
  'SCMP_ARCH_SH',
  'SCMP_ARCH_SHEB',
] as const;

/** Flags of seccomp(2). TSYNC says nothing here, as the filter is set by the only thread there is. */
export const seccompFlags = [
  'SECCOMP_FILTER_FLAG_TSYNC',
  'SECCOMP_FILTER_FLAG_LOG',
  'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
  'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
] as const;

/** The 16 bits of SECCOMP_RET_DATA. */
const errno = integer(0, 0xffff);

const conditionSchema = record({
  /** Which argument, 0 to 5. */
  index: integer(0, 5),
  value: uint64,
  /** Only for MASKED_EQ. */
  valueTwo: uint64.default(0n),
  op: oneOf(seccompOperators),
});

/** Others have no place for it, and the specification wants an error then. */
function takesErrno(action: SeccompAction): boolean {
  return action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE';
}

const ruleSchema = record({
  names: boundedList(nonEmptyText).refine(({ length }) => length > 0, {
    error: 'a list of at least one name',
  }),
  action: oneOf(seccompActions),
  /** errno for ERRNO and TRACE; EPERM when absent. */
  errnoRet: errno.optional(),
  /** All must hold; when two are about the same argument, each makes a rule of its own. */
  args: list(conditionSchema),
}).refine((rule) => rule.errnoRet === undefined || takesErrno(rule.action), {
  path: ['errnoRet'],
  error: 'no errno with this action: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have one',
});

/** Empty: none. Longer paths do not fit into a struct sockaddr_un (unix(7)). */
const socketPath = text.refine(
  (path) => path === '' || (path.startsWith('/') && Buffer.byteLength(path) < 108),
  { error: 'the absolute path of a socket, of at most 107 bytes' },
);

/** `linux.seccomp`: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#seccomp */
export const seccompSchema = record({
  defaultAction: oneOf(seccompActions),
  defaultErrnoRet: errno.optional(),
  /** Empty: the machine's own. */
  architectures: list(oneOf(seccompArchitectures)),
  flags: list(oneOf(seccompFlags)),
  syscalls: list(ruleSchema),
  /** Socket of the agent that decides on calls with SCMP_ACT_NOTIFY; without such calls it is ignored. */
  listenerPath: socketPath.optional(),
  /** For the agent, as it is. */
  listenerMetadata: text.optional(),
}).refine(
  ({ listenerPath = '', listenerMetadata = '' }) => listenerPath !== '' || listenerMetadata === '',
  {
    path: ['listenerMetadata'],
    error: 'none without "listenerPath"',
  },
);

/** A seccomp filter in the words of the specification. */
export type Seccomp = z.infer<typeof seccompSchema>;

/** As `Seccomp`, before the defaults are filled in: what one writes by hand. */
export type SeccompInput = z.input<typeof seccompSchema>;

/** What is done with the named calls when the conditions hold. */
export type SeccompRule = z.infer<typeof ruleSchema>;

/** A comparison of one argument. */
export type SeccompCondition = z.infer<typeof conditionSchema>;

/** What to do with a system call. */
export type SeccompAction = (typeof seccompActions)[number];

/** An architecture as the specification names it. */
export type SeccompArchitecture = (typeof seccompArchitectures)[number];

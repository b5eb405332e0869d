import type { z } from 'zod';
import {
  absolutePath,
  flag,
  integer,
  list,
  nonEmptyText,
  oneOf,
  record,
  text,
  uint64,
  userOrGroupId,
  withoutTwins,
} from './fields.ts';
import { boundedList } from './bounded.ts';
import { execCpuAffinitySchema } from './cpu-affinity.ts';
import { ioPrioritySchema } from './io-priority.ts';
import { schedulerSchema } from './scheduler.ts';
import { appArmorProfile, seLinuxLabel } from './security-label.ts';

/** The names of getrlimit(2), Linux 6.18, in the order of their numbers (asm-generic/resource.h). */
export const rlimitTypes = [
  'RLIMIT_CPU',
  'RLIMIT_FSIZE',
  'RLIMIT_DATA',
  'RLIMIT_STACK',
  'RLIMIT_CORE',
  'RLIMIT_RSS',
  'RLIMIT_NPROC',
  'RLIMIT_NOFILE',
  'RLIMIT_MEMLOCK',
  'RLIMIT_AS',
  'RLIMIT_LOCKS',
  'RLIMIT_SIGPENDING',
  'RLIMIT_MSGQUEUE',
  'RLIMIT_NICE',
  'RLIMIT_RTPRIO',
  'RLIMIT_RTTIME',
] as const;

const rlimitSchema = record({
  type: oneOf(rlimitTypes),
  /** Soft limit; 2^64-1 is RLIM_INFINITY. */
  soft: uint64,
  /** Hard limit; 2^64-1 is RLIM_INFINITY. */
  hard: uint64,
}).refine((limit) => limit.soft <= limit.hard, {
  error: 'a soft limit that is not above the hard one',
});

const userSchema = record({
  uid: userOrGroupId,
  gid: userOrGroupId,
  /** File mode creation mask; absent: the runtime's own. */
  umask: integer(0, 0o777).optional(),
  /** No more than the kernel takes (NGROUPS_MAX). */
  additionalGids: list(userOrGroupId, { most: 65_536 }),
});

/** The kernel takes less than 6 MiB of arguments and environment together, of 9 bytes at least (execve(2)). */
const mostStrings = { most: 700_000 };

/** Each that is unknown is warned of. */
const mostNames = { most: 1000 };

/**
 * The five sets of capabilities(7), as names. A name that berth or the kernel does not know is no error: the
 * specification wants a warning (see `capabilityMask` in runtime/launch/process/capabilities.ts).
 */
const capabilitiesSchema = record({
  bounding: list(text, mostNames),
  effective: list(text, mostNames),
  inheritable: list(text, mostNames),
  permitted: list(text, mostNames),
  ambient: list(text, mostNames),
});

/** `process` of a config: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md#process */
export const processSchema = record({
  /** Whether the process gets a pseudo-terminal; without one it gets three pipes. */
  terminal: flag.default(false),
  /** Characters; only looked at when `terminal` is set. */
  consoleSize: record({ height: integer(0, 0xffff), width: integer(0, 0xffff) }).optional(),
  user: userSchema,
  args: boundedList(text, mostStrings).refine(({ length }) => length > 0, {
    error: 'a list of at least the program',
  }),
  /** `NAME=value`, as execve(2) takes them. */
  env: list(nonEmptyText, mostStrings),
  cwd: absolutePath,
  /** Absent: the runtime's own capabilities stay. */
  capabilities: capabilitiesSchema.optional(),
  rlimits: list(rlimitSchema).superRefine(withoutTwins((limit) => limit.type)),
  noNewPrivileges: flag.default(false),
  oomScoreAdj: integer(-1000, 1000).optional(),
  /** Absent: as berth itself is scheduled. */
  scheduler: schedulerSchema.optional(),
  ioPriority: ioPrioritySchema.optional(),
  execCPUAffinity: execCpuAffinitySchema.optional(),
  apparmorProfile: appArmorProfile.optional(),
  /** SELinux context of the process. */
  selinuxLabel: seLinuxLabel.optional(),
});

/** What runs in the container, as whom, and with which rights. */
export type Process = z.infer<typeof processSchema>;

/** A process' user and groups, as numbers: names were looked up before. */
export type User = z.infer<typeof userSchema>;

/** The five capability sets by name. */
export type Capabilities = z.infer<typeof capabilitiesSchema>;

/** One resource limit of getrlimit(2). */
export type Rlimit = z.infer<typeof rlimitSchema>;

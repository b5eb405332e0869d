import type { z } from 'zod';
import { blockIoSchema } from './block-io.ts';
import { deviceRuleSchema } from './device.ts';
import { flag, int64, integer, list, record, size, text, textMap } from './fields.ts';
import { hugepageLimitSchema } from './hugepage-limit.ts';
import { networkResourcesSchema } from './network-resources.ts';
import { rdmaLimitsSchema } from './rdma-limits.ts';

/** Bytes; -1 is unlimited. */
const memoryLimit = int64.refine((value) => value >= -1, {
  error: 'a number of bytes, or -1 for no limit',
});

const memorySchema = record({
  limit: memoryLimit.optional(),
  /** Soft limit. */
  reservation: memoryLimit.optional(),
  /** Limit of memory and swap together, as cgroup v1 counts them. */
  swap: memoryLimit.optional(),
  swappiness: integer(0, 100).optional(),
  disableOOMKiller: flag.optional(),
  /** Kernel memory by itself; no kernel since Linux 5.16 limits it. */
  kernel: memoryLimit.optional(),
  /** Buffers of TCP sockets. */
  kernelTCP: memoryLimit.optional(),
  /** Whether what cgroups below this one use is counted here too; always so since Linux 5.11. */
  useHierarchy: flag.optional(),
  /** For updates: a new limit below what is in use is refused. A container that starts uses nothing yet. */
  checkBeforeUpdate: flag.optional(),
});

const cpuSchema = record({
  /** Relative weight; 1024 is usual. */
  shares: size.optional(),
  /** Microseconds that the cgroup may run in each period; 0 and less: no limit. */
  quota: int64.optional(),
  /** Microseconds. */
  period: size.optional(),
  /** Microseconds of saved-up quota that may be used at once. */
  burst: size.optional(),
  /** Microseconds that real-time threads may run in each `realtimePeriod`. */
  realtimeRuntime: int64.optional(),
  /** Microseconds. */
  realtimePeriod: size.optional(),
  /** CPU list, such as `0-3,7`. */
  cpus: text.optional(),
  /** Memory nodes, such as `0`. */
  mems: text.optional(),
  /** 1: run only when nothing else wants to (SCHED_IDLE). */
  idle: integer(0, 1).optional(),
});

/**
 * `linux.resources` of a config:
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#control-groups
 */
export const resourcesSchema = record({
  memory: memorySchema.optional(),
  cpu: cpuSchema.optional(),
  /** 0 and less: no limit. */
  pids: record({ limit: int64 }).optional(),
  blockIO: blockIoSchema.optional(),
  hugepageLimits: list(hugepageLimitSchema),
  network: networkResourcesSchema.optional(),
  rdma: rdmaLimitsSchema,
  devices: list(deviceRuleSchema),
  /** cgroup v2 files by name, written as they are, after everything else. */
  unified: textMap(),
});

/** Limits of a container. */
export type Resources = z.infer<typeof resourcesSchema>;

/** As `Resources`, before the defaults are filled in: what one writes by hand. */
export type ResourcesInput = z.input<typeof resourcesSchema>;

/** Memory limits, in bytes. */
export type MemoryResources = z.infer<typeof memorySchema>;

/** CPU limits. */
export type CpuResources = z.infer<typeof cpuSchema>;

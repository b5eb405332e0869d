import type { HostConfig } from '../model/host-config.ts';

/** What Docker hides from containers: they say things about the host, or reach into it. */
const masked: readonly string[] = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];

/** What Docker makes read-only: writing there changes the host. */
const readonly: readonly string[] = [
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/sys',
  '/proc/sysrq-trigger',
];

/** Paths of a container that are hidden or cannot be written. */
export interface HiddenPaths {
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
}

/** The default lists, the client's own in place of them, or none for a privileged container. */
export function hiddenPaths(
  hostConfig: Pick<HostConfig, 'MaskedPaths' | 'Privileged' | 'ReadonlyPaths'>,
): HiddenPaths {
  if (hostConfig.Privileged) return { maskedPaths: [], readonlyPaths: [] };
  return {
    maskedPaths: hostConfig.MaskedPaths ?? masked,
    readonlyPaths: hostConfig.ReadonlyPaths ?? readonly,
  };
}

import type { Process } from '../../spec/process.ts';
import { rlimitTypes } from '../../spec/process.ts';

/** A limit as prlimit(2) takes it. */
export interface AllowedLimit {
  /** Number of the resource (asm-generic/resource.h). */
  readonly resource: number;
  readonly soft: bigint;
  readonly hard: bigint;
}

/** Hard limits of this process by resource number; what is missing is unlimited. */
export type HardLimits = ReadonlyMap<number, bigint>;

/** How /proc/<pid>/limits names the resources, in the order of their numbers. */
const procNames = [
  'Max cpu time',
  'Max file size',
  'Max data size',
  'Max stack size',
  'Max core file size',
  'Max resident set',
  'Max processes',
  'Max open files',
  'Max locked memory',
  'Max address space',
  'Max file locks',
  'Max pending signals',
  'Max msgqueue size',
  'Max nice priority',
  'Max realtime priority',
  'Max realtime timeout',
];

/** Reads the hard limits from the text of /proc/<pid>/limits (proc_pid_limits(5)). */
export function parseHardLimits(text: string): HardLimits {
  const limits = new Map<number, bigint>();
  procNames.forEach((name, resource) => {
    const hard = new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(text)?.[1];
    if (hard !== undefined) limits.set(resource, BigInt(hard));
  });
  return limits;
}

/**
 * The limits that can be set on this host. Raising a hard limit needs CAP_SYS_RESOURCE: without it a limit is lowered
 * to what the host allows, and that is reported.
 */
export function allowedLimits(
  rlimits: Process['rlimits'],
  host: { readonly hardLimits: HardLimits; readonly canRaise: boolean },
): { readonly limits: readonly AllowedLimit[]; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const limits = rlimits.map(({ type, soft, hard }) => {
    const resource = rlimitTypes.indexOf(type);
    const most = host.canRaise ? undefined : host.hardLimits.get(resource);
    if (most === undefined || hard <= most) return { resource, soft, hard };
    warnings.push(
      `"${type}" of ${hard} was lowered to ${most}: this host lacks CAP_SYS_RESOURCE, which is wanted to raise a limit.`,
    );
    return { resource, soft: soft < most ? soft : most, hard: most };
  });
  return { limits, warnings };
}

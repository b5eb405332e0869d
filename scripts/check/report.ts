import type { Finding, FindingStatus } from '../../checks/finding.ts';
import type { HostFix } from '../../checks/fix.ts';
import type { EndedWaiver } from './waivers.ts';

/** A finding that `--fix` has worked on, and whether that helped: the check ran again. */
export interface FixedFinding {
  readonly id: string;
  readonly fix: readonly HostFix[];
  readonly before: FindingStatus;
  readonly after: FindingStatus;
}

/** Number of findings by status. */
type FindingCounts = Readonly<Record<FindingStatus, number>>;

/**
 * The result of `berth check`, as `--json` prints it and report-schema.ts describes it. `schemaVersion` changes when a
 * field changes its meaning or goes; new fields may come at any time.
 */
export interface CheckReport {
  readonly schemaVersion: 1;
  readonly findings: readonly Finding[];
  /** Empty without `--fix`. */
  readonly fixed: readonly FixedFinding[];
  /** Waivers that no longer hold. */
  readonly endedWaivers: readonly EndedWaiver[];
  readonly summary: FindingCounts & {
    /** Whether nothing failed: what the exit code says too. */
    readonly ok: boolean;
    readonly durationMs: number;
  };
}

/** What a report has besides its findings. */
export interface CheckRun {
  readonly fixed: readonly FixedFinding[];
  readonly endedWaivers?: readonly EndedWaiver[];
  /** Time of the whole run. */
  readonly durationMs: number;
}

/** Puts a report together. */
export function reportOf(findings: readonly Finding[], run: CheckRun): CheckReport {
  const counts = { pass: 0, warn: 0, fail: 0, skip: 0 };
  for (const { status } of findings) counts[status] += 1;
  return {
    schemaVersion: 1,
    findings,
    fixed: run.fixed,
    endedWaivers: run.endedWaivers ?? [],
    summary: { ...counts, ok: counts.fail === 0, durationMs: run.durationMs },
  };
}

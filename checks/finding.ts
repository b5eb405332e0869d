import type { HostFix } from './fix.ts';

/** How a check ended. Only `fail` makes `berth check` exit with 1. */
export type FindingStatus = 'pass' | 'warn' | 'fail' | 'skip';

/** Part of the report under which a check is shown. */
export type FindingGroup =
  'system' | 'kernel' | 'cgroups' | 'storage' | 'network' | 'services' | 'engine';

/** Values behind a finding, for programs; JSON-serialisable. */
type FindingDetails = Readonly<Record<string, unknown>>;

/** The host is as wanted. */
interface Passed {
  readonly status: 'pass';
  /** What was found, with its values. */
  readonly seen: string;
  /** Worth knowing although nothing is wrong. */
  readonly note?: string;
  readonly details?: FindingDetails;
}

/** The host is not as wanted: berth runs with less (`warn`), or not at all (`fail`). */
export interface Troubled {
  readonly status: 'warn' | 'fail';
  readonly seen: string;
  /** What to do next, as one sentence. */
  readonly remedy: string;
  /** What berth can do about it by itself, in this order; absent when a person has to act. */
  readonly fix?: readonly HostFix[];
  readonly details?: FindingDetails;
}

/** Why a person accepts that a check is not made, and for how long. */
export interface Waiver {
  readonly reason: string;
  /** Last day, `YYYY-MM-DD`; none for one that was given with `--skip`. */
  readonly until?: string;
  /** Who says so: the command line, or the file that it is in. */
  readonly from: string;
}

/** The check did not run. */
interface Skipped {
  readonly status: 'skip';
  /** Why it did not run. */
  readonly seen: string;
  /** Set when a person has waived it: who accepts it, why and until when. */
  readonly waiver?: Waiver;
  readonly details?: FindingDetails;
}

/** What one probe found out; the runner adds the check's own facts and makes a `Finding` of it. */
export type Outcome = Passed | Troubled | Skipped;

/** The check's own facts, the same whatever the probe found. */
interface FindingFacts {
  readonly id: string;
  readonly title: string;
  readonly group: FindingGroup;
  /** What the probe wanted to see. */
  readonly wanted: string;
  /** Why it matters to a container engine. */
  readonly why: string;
  /** Time the probe took, in milliseconds. */
  readonly durationMs: number;
}

/** The result of one check. Discriminated by `status`. */
export type Finding = FindingFacts & Outcome;

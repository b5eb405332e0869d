/** One test, or one file of tests that cannot be divided, of an outside suite: what is run by itself, and killed by itself. */
export interface Unit {
  /** Unique in the suite: the start of the names of its results. */
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  /** The folder it runs in; a fresh one unless told. */
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** What it means that it succeeds without a result; a failure unless told. */
  readonly silent?: (output: string) => Result['outcome'];
  /** Whether it wants a terminal for its standard streams. */
  readonly terminal?: true;
}

/** Where a suite was built, and what it judges. */
export interface SuiteInput {
  /** A checkout of the suite in which its programs are built. */
  readonly folder: string;
  /** Absolute path of the program that takes the place of runc. */
  readonly runtime: string;
}

/** A conformance suite that others wrote, as a list of things to run that print TAP (testanything.org, version 12). */
export interface Suite {
  /** What has to be in the checkout before it can run, relative to it. */
  readonly needs: readonly string[];
  /** Finds the tests; throws what is wrong with the checkout. */
  units(input: SuiteInput): readonly Unit[];
}

/** How one assertion, or one test of one assertion, ended. */
export interface Result {
  /** `UNIT: DESCRIPTION`, with a number after it where the unit says the same more than once. */
  readonly name: string;
  readonly outcome: 'pass' | 'fail' | 'skip';
  /** Why it was skipped, or what the test said around its failure. */
  readonly reason?: string;
}

/** How one unit ended. */
export interface UnitReport {
  readonly unit: string;
  readonly results: readonly Result[];
  /** Status of the program; `null` when it was killed because its time was up. */
  readonly exitCode: number | null;
  readonly seconds: number;
  /** What was there when it had ended: `process COMMAND`, `mount PATH`, `cgroup PATH`. It is removed. */
  readonly left: readonly string[];
}

/** A run of a suite. */
export interface SuiteReport {
  readonly suite: string;
  readonly runtime: string;
  /** What the runtime says of its version. */
  readonly version: string;
  readonly date: string;
  readonly units: readonly UnitReport[];
}

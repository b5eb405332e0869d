import type { CheckContext } from './context.ts';
import type { FindingGroup, Outcome } from './finding.ts';

/** One host check: tries something and says what came of it. Changes nothing on the host. */
export interface Check {
  /** Stable name, as `--only` and `--skip` take it, for example `fs.overlay`. */
  readonly id: string;
  /** A few words for a heading. A function, like the two below: the language is chosen when the finding is made. */
  readonly title: () => string;
  readonly group: FindingGroup;
  /** What the probe wants to see. */
  readonly wanted: () => string;
  /** Why it matters to a container engine. */
  readonly why: () => string;
  /** What it means when the probe does not end in time: the severity of this check, unless `whenLate` says other. */
  readonly severity: 'warn' | 'fail';
  /** For a probe that never hangs: then the host is slow, and that is all. */
  readonly whenLate?: 'warn';
  /** `root`: the probe makes namespaces or mounts and is skipped, with that reason, for anyone else. */
  readonly privilege: 'root' | 'none';
  /** It mostly waits for servers: then it is begun first, and takes no turn of those that compute. */
  readonly waits?: true;
  /** Longest time the probe may take, in milliseconds; `defaultTimeoutMs` when absent. */
  readonly timeoutMs?: number;
  /** Everything it looks at comes in through `context`. May throw: the runner makes a failure of it. */
  readonly probe: (context: CheckContext) => Promise<Outcome>;
}

/**
 * Time limit of a probe that names none, in milliseconds. It is there for probes that hang: a slow host under load, such as one
 * that boots, takes seconds for what takes milliseconds elsewhere.
 */
export const defaultTimeoutMs = 20_000;

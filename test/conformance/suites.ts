import { crunSuite } from './crun-suite.ts';
import { runcNewSuite, runcSuite } from './runc-suite.ts';
import { runtimeTools } from './runtime-tools.ts';
import type { Suite } from './suite.ts';

/** The outside suites by the name of their folder. */
export const suites = {
  'runtime-tools': runtimeTools,
  crun: crunSuite,
  runc: runcSuite,
  'runc-1.3': runcNewSuite,
} as const satisfies Readonly<Record<string, Suite>>;

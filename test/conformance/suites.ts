import { crunSuite } from './crun-suite.ts';
import { runcSuite } from './runc-suite.ts';
import { runtimeTools } from './runtime-tools.ts';
import type { Suite } from './suite.ts';

/** The outside suites by the name of their folder. */
export const suites = {
  'runtime-tools': runtimeTools,
  crun: crunSuite,
  runc: runcSuite,
} as const satisfies Readonly<Record<string, Suite>>;

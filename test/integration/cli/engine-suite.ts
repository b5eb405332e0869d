import { describe } from 'vitest';
import type { TestEngine } from './client-bench.ts';
import { useEngine } from './client-bench.ts';
import { archiveSuite } from './archive-suite.ts';
import { controlSuite } from './control-suite.ts';
import { createSuite } from './create-suite.ts';
import { execSuite } from './exec-suite.ts';
import { imageSuite } from './image-suite.ts';
import { registrySuite } from './registry-suite.ts';
import { runSuite } from './run-suite.ts';
import { terminalSuite } from './terminal-suite.ts';
import { volumeSuite } from './volume-suite.ts';

/** An engine to come. */
export interface EngineUnderTest {
  readonly name: string;
  readonly start: () => Promise<TestEngine>;
}

/**
 * The same expectations of `berth` as a client for every engine: berth's own, and Debian's dockerd as the reference.
 */
export function describeClient({ name, start }: EngineUnderTest): void {
  describe(`berth as a client of ${name}`, () => {
    const bench = useEngine(start);
    imageSuite(bench);
    registrySuite(bench);
    archiveSuite(bench);
    runSuite(bench);
    terminalSuite(bench);
    execSuite(bench);
    volumeSuite(bench);
    controlSuite(bench);
    createSuite(bench);
  });
}

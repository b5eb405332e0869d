import { describe } from 'vitest';
import { type EngineKind, useDockerBench } from './docker-bench.ts';
import { archivesSuite } from './docker-suite-archives.ts';
import { imagesSuite } from './docker-suite-images.ts';
import { pullSuite } from './docker-suite-pull.ts';
import { pushSuite } from './docker-suite-push.ts';
import { rmiSuite } from './docker-suite-rmi.ts';
import { systemSuite } from './docker-suite-system.ts';

/** The same expectations of the docker command for both engines: berth's own, and Debian's dockerd as the reference. */
export function describeDocker(kind: EngineKind): void {
  describe(`the docker command and images of ${kind.name}`, () => {
    const bench = useDockerBench(kind);
    pullSuite(bench);
    imagesSuite(bench);
    rmiSuite(bench);
    archivesSuite(bench);
    pushSuite(bench);
    systemSuite(bench);
  });
}

import { systemClock } from '../../../runtime/host/clock.ts';
import type { Candidate, Ranked } from '../../../scripts/mirrors/candidate.ts';
import { packageProbe } from '../../../scripts/mirrors/packages/probe-packages.ts';
import { defaultDeadlineMs, race } from '../../../scripts/mirrors/race.ts';
import { defaultImage, parseTestImage } from '../../../scripts/mirrors/registry/image-name.ts';
import { registryProbe } from '../../../scripts/mirrors/registry/probe-registry.ts';
import { twentyPackageMirrors } from './twenty-packages.ts';
import { twentyRegistries } from './twenty-registries.ts';

/** Twenty mirrors of a test, ranked as `berth mirrors rank` does. */
export interface Twenty {
  rank(until?: 'first' | 'all'): Promise<readonly Ranked[]>;
  stop(): Promise<void>;
}

function twentyOf(candidates: readonly Candidate[], stop: () => Promise<void>): Twenty {
  return {
    stop,
    rank: (until = 'first') =>
      race(candidates, {
        clock: systemClock,
        signal: new AbortController().signal,
        deadlineMs: defaultDeadlineMs,
        until,
      }),
  };
}

/** Of packages. */
export async function twentyOfPackages(): Promise<Twenty> {
  const fakes = await twentyPackageMirrors();
  const candidates = fakes.mirrors.map(({ name, url }) => {
    const repositories = fakes.repositoriesAt(url);
    const probe = packageProbe({ repositories, clock: systemClock });
    return { name, url, kind: 'packages', role: 'mirror', probe } as const;
  });
  return twentyOf(candidates, () => fakes.stop());
}

/** Of Docker Hub. */
export async function twentyOfRegistries(): Promise<Twenty> {
  const fakes = await twentyRegistries();
  const image = parseTestImage(defaultImage);
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const candidates = fakes.mirrors.map(({ name, url }) => {
    const probe = registryProbe({ url, image, architecture });
    return { name, url, kind: 'registry', role: 'mirror', probe } as const;
  });
  return twentyOf(candidates, () => fakes.stop());
}

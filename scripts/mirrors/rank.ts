import type { ProvisionHost } from '../host/provision-host.ts';
import type { Candidate, MirrorKind, Ranked } from './candidate.ts';
import { race, type RaceOptions } from './race.ts';
import { readResults, writeResults } from './result-cache.ts';
import { candidatesOf, type TestSubject } from './tester.ts';

/** What a ranking is made with. */
export interface RankOptions extends RaceOptions {
  readonly host: ProvisionHost;
  /** `kept`: what was found out lately will do. */
  readonly results: 'kept' | 'fresh';
  readonly which?: 'askable' | 'all';
}

/** Mirrors of a kind, the best first, with what they are mirrors of among them. Throws the signal's reason. */
export async function rankMirrors(
  kind: MirrorKind,
  subject: TestSubject,
  options: RankOptions,
): Promise<readonly Ranked[]> {
  const { host, clock } = options;
  const candidates = candidatesOf(kind, subject, options.which);
  const kept = options.results === 'kept' ? await readResults(host, clock.now()) : [];
  const known = kept.filter((result) => candidates.some((each) => isOf(each, result)));
  // The results of one ranking: part of one says nothing of who is best.
  if (known.length === candidates.length) return known;
  const ranked = await race(candidates, options);
  await writeResults(host, ranked, clock.now());
  return ranked;
}

function isOf(candidate: Candidate, { kind, name, url }: Ranked): boolean {
  return candidate.kind === kind && candidate.name === name && candidate.url === url;
}

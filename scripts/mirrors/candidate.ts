import type { Probe } from './probe.ts';
import type { Verdict } from './verdict.ts';

/** What a mirror is one of. */
export type MirrorKind = 'packages' | 'registry';

/** A mirror that takes part in a ranking. */
export interface Candidate {
  /** Its name in the catalogue, `upstream`, or its URL. */
  readonly name: string;
  readonly kind: MirrorKind;
  /** Packages: the folder that stands for https://download.docker.com. Registries: what goes into daemon.json. */
  readonly url: string;
  /** `upstream`: what the others are mirrors of. */
  readonly role: 'mirror' | 'upstream';
  readonly probe: Probe;
}

/** A mirror and what was found out of it. */
export interface Ranked {
  readonly name: string;
  readonly kind: MirrorKind;
  readonly url: string;
  readonly role: Candidate['role'];
  readonly verdict: Verdict;
  /** When it was tested, in milliseconds since 1970. */
  readonly testedAtMs: number;
}

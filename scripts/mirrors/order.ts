import type { Ranked } from './candidate.ts';
import { isUsable, standings, type Reason, type Verdict } from './verdict.ts';

/** A mirror whose index is this much older than the newest has missed more than one night's synchronisation. */
const graceMs = 48 * 60 * 60 * 1000;

/** What an installation fetches: the client and its plugins, or a small image. */
const typicalBytes = 32 * 1024 * 1024;
const typicalRequests = 10;

/** How long a typical use is likely to take, in milliseconds. */
export function costMs({ firstByteMs = Infinity, bytesPerSecond = 1 }: Verdict): number {
  return typicalRequests * firstByteMs + (typicalBytes * 1000) / bytesPerSecond;
}

/** Puts mirrors that were tested together in order, the best first. What only shows beside the others is found here. */
export function inOrder(tested: readonly Ranked[]): readonly Ranked[] {
  const compared = tested.map((one) => ({ ...one, verdict: besideOthers(one, tested) }));
  const place = ({ verdict }: Ranked): number => standings.indexOf(verdict.standing);
  return compared.sort(
    (one, other) =>
      place(one) - place(other) ||
      lag(one) - lag(other) ||
      costMs(one.verdict) - costMs(other.verdict) ||
      one.name.localeCompare(other.name),
  );
}

/**
 * Of places where one mirror may have its content the one that counts: where it can be used, else where something is at
 * all. That nothing is at the others is no news.
 */
export function mostTelling(tested: readonly Ranked[]): Ranked | undefined {
  return (
    tested.find(({ verdict }) => isUsable(verdict)) ??
    tested.find(({ verdict }) => verdict.reason?.is !== 'status') ??
    tested[0]
  );
}

/** Only matters among those that are behind. */
function lag({ verdict: { standing, reason } }: Ranked): number {
  return standing === 'behind' && reason?.is === 'older' ? reason.byMs : 0;
}

function besideOthers({ kind, verdict }: Ranked, all: readonly Ranked[]): Verdict {
  if (verdict.standing !== 'good' && verdict.standing !== 'slow') return verdict;
  const peers = all.filter((other) => other.kind === kind && isRight(other));
  const reason = kind === 'packages' ? older(verdict, peers) : differing(verdict, peers);
  return reason === undefined ? verdict : { ...verdict, standing: 'behind', reason };
}

function isRight({ verdict: { standing } }: Ranked): boolean {
  return standing === 'good' || standing === 'slow';
}

/** Its signature is right, so it was published once: the newest that anyone has shows how long ago. */
function older(verdict: Verdict, peers: readonly Ranked[]): Reason | undefined {
  const best = Math.min(...peers.map((peer) => peer.verdict.release ?? 0));
  const newest = Math.max(
    ...peers
      .filter((peer) => (peer.verdict.release ?? 0) === best)
      .map((peer) => peer.verdict.madeAtMs ?? 0),
  );
  const byMs = newest - (verdict.madeAtMs ?? newest);
  const isOtherRelease = (verdict.release ?? 0) > best;
  return byMs > graceMs || isOtherRelease ? { is: 'older', byMs: Math.max(0, byMs) } : undefined;
}

/** Content is proved by its digest, but not what a tag leads to: there the registry itself counts, else the majority. */
function differing(verdict: Verdict, peers: readonly Ranked[]): Reason | undefined {
  const votes = new Map<string, number>();
  for (const { verdict: peer, role } of peers) {
    if (peer.digest === undefined) continue;
    const weight = role === 'upstream' ? peers.length : 1;
    votes.set(peer.digest, (votes.get(peer.digest) ?? 0) + weight);
  }
  const [first, second] = [...votes].sort(([, one], [, other]) => other - one);
  // One against one: nobody can say which of them is right.
  if (first === undefined || first[1] === second?.[1]) return undefined;
  const [expected] = first;
  const actual = verdict.digest ?? expected;
  return actual === expected ? undefined : { is: 'differs', expected, actual };
}

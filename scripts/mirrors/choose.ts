import { mirrorMessages as m } from '../../messages/areas/mirrors.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Tell } from '../ui/progress.ts';
import type { MirrorKind, Ranked } from './candidate.ts';
import { upstreamName } from './catalogue/catalogue.ts';
import { loadCatalogue } from './catalogue/load-catalogue.ts';
import { parseWishes, type Wish, type Wishes } from './catalogue/wish.ts';
import { mostTelling } from './order.ts';
import { defaultDeadlineMs, race, type RaceOptions } from './race.ts';
import { rankMirrors } from './rank.ts';
import { defaultImage, parseTestImage } from './registry/image-name.ts';
import { kindWord, whyOf } from './render-reason.ts';
import {
  candidate,
  packageCandidates,
  subjectFor,
  upstreamUrl,
  type TestSubject,
} from './tester.ts';
import { isUsable } from './verdict.ts';

/** What choosing works with. */
export interface ChooseEnvironment {
  readonly host: ProvisionHost;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly tell: Tell;
  /** A file in the place of the catalogue. */
  readonly catalogue?: string;
  /** `fresh`: what was found out lately will not do. */
  readonly results?: 'kept' | 'fresh';
  /** `take`: a mirror that was named is used whatever its test says. */
  readonly failing?: 'refuse' | 'take';
  readonly deadlineMs?: number;
  readonly image?: string;
  /** Fingerprints in the place of Docker's own. */
  readonly keys?: readonly string[];
}

/** A mirror of docker-ce that has proved itself. */
export interface PackageMirrorChoice {
  /** Its name in the catalogue, or its URL. */
  readonly name: string;
  /** What stands for https://download.docker.com there: the folder that has `linux/`. No slash at the end. */
  readonly root: string;
}

/** How many mirrors of the registry are written down at most: the puller goes on to the next when one fails. */
const enough = 3;

/**
 * The mirror of docker-ce to install from, as `berth up --mirror` asks for it; `undefined`: upstream itself.
 *
 * @param words As in `--mirror`: `auto`, `upstream`, a name, a URL, `packages=...`.
 * @throws BerthError MIRROR_UNUSABLE for a mirror that was named and fails its test; MIRROR_UNKNOWN,
 *   MIRROR_CATALOGUE_INVALID, USAGE; the signal's reason.
 */
export async function chosenPackageMirror(
  words: readonly string[],
  env: ChooseEnvironment,
): Promise<PackageMirrorChoice | undefined> {
  const { wishes, subject } = await settle(words, env);
  const wish = wishes.packages;
  if (wish === undefined || wish.kind === 'upstream') return undefined;
  if (wish.kind === 'auto') {
    const [best] = await bestOf('packages', subject, env);
    return best === undefined ? undefined : { name: best.name, root: best.url };
  }
  const tested = await race(packageCandidates(wish, subject), raceOptions(env, 'all'));
  const best = mostTelling(tested);
  if (best !== undefined && isUsable(best.verdict)) return { name: best.name, root: best.url };
  // Meant for the registry, which has looked at it as well.
  if (wish.certainty === 'perhaps') return undefined;
  if (best !== undefined && env.failing === 'take') {
    env.tell(m.forced({ url: best.url, why: whyOf(best) }));
    return { name: best.name, root: best.url };
  }
  throw unusable(wish.name, best);
}

/** What becomes of the mirrors in daemon.json. */
export type RegistryChoice =
  /** Nothing was asked for, or what is there is right. */
  | { readonly kind: 'leave' }
  /** Mirrors to ask first, the best one first. */
  | { readonly kind: 'mirrors'; readonly urls: readonly string[] }
  /** No mirror at all. */
  | { readonly kind: 'upstream' };

/**
 * The mirrors of Docker Hub for daemon.json, as `--mirror` asks for them.
 *
 * @param present Those that daemon.json has. With `auto` the first of them stays when it passes its test: a configuration
 *   that works does not change from one run to the next.
 * @throws BerthError as `chosenPackageMirror`.
 */
export async function chosenRegistryMirrors(
  words: readonly string[],
  env: ChooseEnvironment & { readonly present: readonly string[] },
): Promise<RegistryChoice> {
  const { wishes, subject } = await settle(words, env);
  const wish = wishes.registry;
  if (wish === undefined) return { kind: 'leave' };
  if (wish.kind === 'upstream') {
    env.tell(m.upstreamSet({ url: upstreamUrl('registry', subject.catalogue) }));
    return { kind: 'upstream' };
  }
  if (wish.kind === 'auto') {
    if (await isFirstGood(subject, env)) return { kind: 'leave' };
    const best = await bestOf('registry', subject, env);
    if (best.length === 0) return { kind: 'leave' };
    return { kind: 'mirrors', urls: best.map(({ url }) => url) };
  }
  return namedRegistry(wish, { subject, env });
}

interface Settled {
  readonly wishes: Wishes;
  readonly subject: TestSubject;
}

async function settle(words: readonly string[], env: ChooseEnvironment): Promise<Settled> {
  const catalogue = await loadCatalogue(env.host, env.catalogue);
  const image = parseTestImage(env.image ?? defaultImage);
  const wishes = parseWishes(words, catalogue);
  const { host, clock, keys } = env;
  const facts = { catalogue, image, clock, ...(keys === undefined ? {} : { keys }) };
  return { wishes, subject: await subjectFor(host, facts) };
}

function raceOptions(env: ChooseEnvironment, until: RaceOptions['until']): RaceOptions {
  const { clock, signal, deadlineMs = defaultDeadlineMs } = env;
  return { clock, signal, deadlineMs, until };
}

/** The mirrors that are better than what they are mirrors of, and says what came out. None: upstream it is. */
async function bestOf(
  kind: MirrorKind,
  subject: TestSubject,
  env: ChooseEnvironment,
): Promise<readonly Ranked[]> {
  const ranked = await rankMirrors(kind, subject, {
    ...raceOptions(env, 'first'),
    host: env.host,
    results: env.results ?? 'kept',
  });
  const url = upstreamUrl(kind, subject.catalogue);
  const mirrors = ranked.filter(({ role, verdict }) => role === 'mirror' && isUsable(verdict));
  const upstream = ranked.find(({ role }) => role === 'upstream');
  const isUpstreamUsable = upstream !== undefined && isUsable(upstream.verdict);
  const word = kindWord(kind);
  if (mirrors.length === 0) {
    const facts = { kind: word, count: ranked.length - 1, url };
    env.tell(isUpstreamUsable ? m.noneWorksUpstream(facts) : m.noneWorks(facts));
    return [];
  }
  const better = isUpstreamUsable ? ranked.slice(0, ranked.indexOf(upstream)) : mirrors;
  const chosen = better.slice(0, enough);
  env.tell(
    chosen.length === 0
      ? m.upstreamBest({ kind: word, url })
      : m.chosen({ kind: word, names: chosen.map(({ name }) => name).join(', ') }),
  );
  return chosen;
}

async function isFirstGood(
  subject: TestSubject,
  env: ChooseEnvironment & { readonly present: readonly string[] },
): Promise<boolean> {
  const [url] = env.present;
  if (url === undefined || env.results === 'fresh') return false;
  const mirror = { name: url, url: url.replace(/\/+$/, '') };
  const [tested] = await race([candidate('registry', mirror, subject)], raceOptions(env, 'all'));
  if (tested?.verdict.standing !== 'good') return false;
  env.tell(m.kept({ url }));
  return true;
}

async function namedRegistry(
  wish: Extract<Wish, { kind: 'mirror' }>,
  { subject, env }: { readonly subject: TestSubject; readonly env: ChooseEnvironment },
): Promise<RegistryChoice> {
  const probes = [
    candidate('registry', wish, subject),
    // A URL without a word before it may be meant for packages.
    ...(wish.certainty === 'perhaps' ? packageCandidates(wish, subject) : []),
  ];
  const tested = await race(probes, raceOptions(env, 'all'));
  const registry = tested.find(({ kind }) => kind === 'registry');
  if (registry === undefined) return { kind: 'leave' };
  const { url, verdict } = registry;
  const choice = { kind: 'mirrors', urls: [url] } as const;
  if (isUsable(verdict)) return choice;
  if (verdict.reason?.is === 'no-image') {
    // A registry of one's own, which has what it has.
    env.tell(m.lacksImage({ url, image: verdict.reason.image }));
    return choice;
  }
  if (tested.some(({ kind, verdict: other }) => kind === 'packages' && isUsable(other))) {
    return { kind: 'leave' };
  }
  if (env.failing !== 'take') throw unusable(wish.name, registry);
  env.tell(m.forced({ url, why: whyOf(registry) }));
  return choice;
}

function unusable(name: string, tested: Ranked | undefined): BerthError {
  const why = tested === undefined ? upstreamName : whyOf(tested);
  return new BerthError('MIRROR_UNUSABLE', {
    message: m.unusable({ name, why }),
    remedy: m.unusableRemedy(),
    details: { name, ...(tested === undefined ? {} : { verdict: tested.verdict }) },
  });
}

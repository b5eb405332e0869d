import type { Clock } from '../../runtime/host/clock.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { possibleRoots } from '../repositories/docker-repository.ts';
import type { Candidate, MirrorKind } from './candidate.ts';
import { isAskable, upstreamName, urlOf, type Catalogue } from './catalogue/catalogue.ts';
import { repositoriesFor, type RepositoriesAt } from './packages/host-repositories.ts';
import { packageProbe } from './packages/probe-packages.ts';
import type { TestImage } from './registry/image-name.ts';
import { registryProbe } from './registry/probe-registry.ts';

/** What mirrors are tested for. */
export interface TestSubject {
  readonly catalogue: Catalogue;
  readonly image: TestImage;
  /** What mirrors of packages must have for this host. */
  readonly repositoriesAt: RepositoriesAt;
  readonly clock: Clock;
}

/** Where things are that have no mirror. */
const upstreamUrls: Readonly<Record<MirrorKind, string>> = {
  packages: 'https://download.docker.com',
  registry: 'https://registry-1.docker.io',
};

/** The subject of tests on a host. @param keys As in `repositoriesFor`. */
export async function subjectFor(
  host: ProvisionHost,
  { keys, ...options }: Omit<TestSubject, 'repositoriesAt'> & { readonly keys?: readonly string[] },
): Promise<TestSubject> {
  return { ...options, repositoriesAt: await repositoriesFor(host, keys) };
}

/** What the mirrors of a kind are mirrors of: the catalogue's entry of that name, else Docker's own. */
export function upstreamUrl(kind: MirrorKind, catalogue: Catalogue): string {
  const named = catalogue.mirrors.find((each) => each.kind === kind && each.name === upstreamName);
  return named === undefined ? upstreamUrls[kind] : urlOf(named);
}

/** All mirrors of a kind that can be asked, what they are mirrors of among them. @param which `all`: also closed ones. */
export function candidatesOf(
  kind: MirrorKind,
  subject: TestSubject,
  which: 'askable' | 'all' = 'askable',
): readonly Candidate[] {
  const { catalogue } = subject;
  const mirrors = catalogue.mirrors
    .filter((each) => each.kind === kind && each.name !== upstreamName)
    .filter((each) => isAskable(each) || (which === 'all' && !each.host.includes('{')))
    .map((each) => ({ name: each.name, url: urlOf(each) }));
  return [
    candidate(kind, { name: upstreamName, url: upstreamUrl(kind, catalogue) }, subject),
    ...mirrors.map((mirror) => candidate(kind, mirror, subject)),
  ];
}

/** One mirror by its URL. */
export function candidate(
  kind: MirrorKind,
  { name, url }: { readonly name: string; readonly url: string },
  subject: TestSubject,
): Candidate {
  const role = name === upstreamName ? 'upstream' : 'mirror';
  return { name, kind, url, role, probe: probeFor(kind, url, subject) };
}

function probeFor(kind: MirrorKind, url: string, subject: TestSubject): Candidate['probe'] {
  const { image, repositoriesAt, clock } = subject;
  if (kind === 'packages') return packageProbe({ repositories: repositoriesAt(url), clock });
  return registryProbe({
    url,
    image,
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
  });
}

/** One mirror of packages that a person named by a URL: `linux/` may lie there, or below `/docker-ce`. */
export function packageCandidates(
  mirror: { readonly name: string; readonly url: string },
  subject: TestSubject,
): readonly Candidate[] {
  const roots = mirror.name === mirror.url ? possibleRoots(mirror.url) : [mirror.url];
  return roots.map((url) => candidate('packages', { name: mirror.name, url }, subject));
}

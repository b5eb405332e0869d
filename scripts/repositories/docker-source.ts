import { dirname } from 'node:path';
import { repositoryMessages as m } from '../../messages/areas/repositories.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { banner } from '../../templates/banner.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { PackageManager } from '../packages/package-manager.ts';
import type { RepositoryConflict, RepositoryFile } from '../packages/repository-format.ts';
import type { Step } from '../steps/index.ts';
import type { Distribution } from './distribution.ts';
import { upstreamDockerUrl } from './docker-keys.ts';
import { possibleRoots } from './docker-repository.ts';
import { existingDockerSources, type ExistingDockerSource } from './existing-docker.ts';
import { findDockerRepository, type FoundRepository } from './find-docker-repository.ts';
import { architectureOf } from './host-architecture.ts';
import type { WebFiles } from './indexes/web-files.ts';
import { missingFolders } from './missing-folders.ts';
import { rewriteDockerRepo } from './rewrite-docker-repo.ts';

/** What planning a docker-ce repository works with. */
export interface DockerSourceSearch {
  readonly host: ProvisionHost;
  readonly manager: PackageManager;
  readonly distribution: Distribution;
  readonly files: WebFiles;
  /** URL of a mirror that the user asked for; else what the host has already, else upstream. */
  readonly mirror?: string;
  /** Fingerprints in the place of Docker's own. */
  readonly keys?: readonly string[];
}

/** Where the packages will come from, and what has to be done for that. */
export interface DockerSource {
  readonly found: FoundRepository;
  readonly steps: readonly Step[];
  /** For people, a line each. */
  readonly notes: readonly string[];
}

/**
 * Plans that the host knows a docker-ce repository. One that it has already is used and never overwritten; only when a
 * mirror is asked for, a `.repo` file of Docker's is pointed there, because mirrors serve that file with upstream's URLs.
 *
 * @throws BerthError REPOSITORY_UNAVAILABLE, REPOSITORY_KEY_MISMATCH, REPOSITORY_UNTRUSTED, REPOSITORY_CONFLICT.
 */
export async function planDockerSource(search: DockerSourceSearch): Promise<DockerSource> {
  const { host } = search;
  const { found, existing } = await searchDockerRepository(search);
  const notes = relatedNote(found, search.distribution);
  const same = existing.find((source) => isSame(source, { found, search }));
  if (same !== undefined) {
    requireStable(same);
    return { found, steps: [], notes: [...notes, m.sourceUsed(same)] };
  }
  const plan = await filesFor(found, { search, existing });
  const folders = await missingFolders(
    host,
    plan.files.map(({ path }) => dirname(path)),
  );
  const step: Step = {
    kind: 'repository',
    title: found.repository.title,
    files: [...plan.files],
    ...(plan.keyFile === undefined ? {} : { keyFile: plan.keyFile }),
  };
  return { found, steps: [...folders, step], notes: [...notes, ...plan.notes] };
}

/** What is found for a host, and what it knows already. */
interface SearchResult {
  readonly found: FoundRepository;
  readonly existing: readonly ExistingDockerSource[];
}

/** Finds the docker-ce repository of a host without planning anything. Throws as `planDockerSource`. */
export async function searchDockerRepository(search: DockerSourceSearch): Promise<SearchResult> {
  const { host, manager, mirror, keys } = search;
  const format = formatOf(manager);
  const existing = await existingDockerSources(host, format);
  const found = await findDockerRepository(
    {
      distribution: search.distribution,
      format,
      architecture: await architectureOf(host, format),
      roots: rootsFor(mirror, existing),
      ...(keys === undefined ? {} : { keys }),
    },
    search.files,
  );
  return { found, existing };
}

function formatOf({ format, name }: PackageManager): 'deb' | 'rpm' {
  if (format === 'deb' || format === 'rpm') return format;
  throw new BerthError('REPOSITORY_UNAVAILABLE', {
    message: m.repositoryNotForDistribution({ name }),
    remedy: m.repositoryNotForDistributionRemedy(),
    details: { packageManager: name },
  });
}

function rootsFor(
  mirror: string | undefined,
  existing: readonly ExistingDockerSource[],
): readonly string[] {
  if (mirror !== undefined) return possibleRoots(mirror);
  const known = [...new Set(existing.map(({ root }) => root))];
  return known.length > 0 ? known : [upstreamDockerUrl];
}

function relatedNote(found: FoundRepository, { prettyName }: Distribution): readonly string[] {
  if (found.fit === 'own') return [];
  const release = `${found.release.folder} ${found.release.release}`;
  return [m.sourceRelated({ name: prettyName, release })];
}

/** Whether a source of the host is the very repository that was found. */
function isSame(
  source: ExistingDockerSource,
  { found, search }: { readonly found: FoundRepository; readonly search: DockerSourceSearch },
): boolean {
  const { baseUrl, suite } = found.repository;
  if (suite !== undefined) return source.url === baseUrl && source.suites.includes(suite);
  const [major = ''] = search.distribution.version.split('.');
  return source.url.replaceAll(/\$\{?releasever(_major)?\}?/g, major) === baseUrl;
}

/** apt refuses two entries for one repository with different keys, so one without `stable` cannot be added to. */
function requireStable(source: ExistingDockerSource): void {
  if (source.channels.includes('stable')) return;
  const { path, line, url, channels } = source;
  throw new BerthError('REPOSITORY_CONFLICT', {
    message: m.sourceConflictChannel({ path, line, url, channels: channels.join(' ') }),
    remedy: m.sourceConflictRemedy({ path }),
    details: { path, line, url },
  });
}

interface SourceFiles {
  readonly files: readonly RepositoryFile[];
  readonly keyFile: string | undefined;
  readonly notes: readonly string[];
}

async function filesFor(
  found: FoundRepository,
  given: {
    readonly search: DockerSourceSearch;
    readonly existing: readonly ExistingDockerSource[];
  },
): Promise<SourceFiles> {
  const { host, manager, mirror } = given.search;
  const own = await ownFiles(found, given.search);
  const key = own.find(({ content }) => content.startsWith('-----BEGIN PGP PUBLIC KEY'));
  const others = given.existing.filter(({ writtenBy }) => writtenBy === 'others');
  if (mirror !== undefined && manager.format === 'rpm' && key !== undefined) {
    const rewritten = await rewriteDockerRepo(host, { found, sources: others, key });
    const covers = rewritten?.sources.some((source) =>
      isSame(source, { found, search: given.search }),
    );
    if (rewritten !== undefined && covers === true) return { ...rewritten, keyFile: key.path };
  }
  await requireNoConflict(found, given.search, own);
  const target = own.find((each) => each !== key)?.path ?? '';
  return {
    files: own,
    keyFile: key?.path,
    notes: [
      m.sourceAdded({ url: found.repository.baseUrl, path: target }),
      ...others.map((source) => m.sourceBeside(source)),
    ],
  };
}

async function ownFiles(
  found: FoundRepository,
  { host, manager }: DockerSourceSearch,
): Promise<readonly RepositoryFile[]> {
  const texts = new Map<string, string>();
  for (const path of manager.repositories.sharedFiles) {
    const text = await readTextIfExists(host.path(path));
    if (text !== undefined) texts.set(path, text);
  }
  return manager.repositories.files({ repository: found.repository, key: found.key, texts });
}

/** What is in the way of berth's own files is named, with its line, and left alone. */
async function requireNoConflict(
  found: FoundRepository,
  { host, manager }: DockerSourceSearch,
  own: readonly RepositoryFile[],
): Promise<void> {
  const conflicts = await manager.repositories.conflicts(host, found.repository, found.key);
  const [first] = [...conflicts, ...(await foreignFiles(host, own))];
  if (first === undefined) return;
  const { path, line, seen } = first;
  throw new BerthError('REPOSITORY_CONFLICT', {
    message: m.sourceConflict({ path, line, seen }),
    remedy: m.sourceConflictRemedy({ path }),
    details: { path, line, kind: first.kind },
  });
}

/** Files of the names that berth gives its own, which someone else has written. */
async function foreignFiles(
  host: ProvisionHost,
  own: readonly RepositoryFile[],
): Promise<readonly RepositoryConflict[]> {
  const found: RepositoryConflict[] = [];
  for (const { path, content } of own) {
    const text = await readTextIfExists(host.path(path));
    // A file that is merged into has the others' lines, too, and keys are compared as keys.
    if (text === undefined || !content.startsWith(banner) || text.startsWith(banner)) continue;
    found.push({ path, line: 1, kind: 'same-id', seen: text.split('\n')[0] ?? '' });
  }
  return found;
}

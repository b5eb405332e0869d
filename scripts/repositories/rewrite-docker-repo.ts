import { repositoryMessages as m } from '../../messages/areas/repositories.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { RepositoryFile } from '../packages/repository-format.ts';
import { dockerRootOf, type ExistingDockerSource } from './existing-docker.ts';
import type { FoundRepository } from './find-docker-repository.ts';
import { editRepoFile, type RepoEdit, type RepoSection } from './sources/repo-file.ts';

interface RewrittenRepo {
  /** With the key. */
  readonly files: readonly RepositoryFile[];
  /** The sources as they will be. */
  readonly sources: readonly ExistingDockerSource[];
  readonly notes: readonly string[];
}

/**
 * Docker's own `.repo` file, pointed to another server: every URL in it, not only where it came from. The key is taken
 * from a file on the host, because what dnf fetches by URL it would trust without a look at the fingerprint. `undefined`
 * where there is nothing to rewrite.
 */
export async function rewriteDockerRepo(
  host: ProvisionHost,
  wish: {
    readonly found: FoundRepository;
    readonly sources: readonly ExistingDockerSource[];
    readonly key: RepositoryFile;
  },
): Promise<RewrittenRepo | undefined> {
  const to = dockerRootOf(wish.found.repository.baseUrl) ?? '';
  const paths = [...new Set(wish.sources.map(({ path }) => path))];
  const files: RepositoryFile[] = [];
  const notes: string[] = [];
  for (const path of paths) {
    const text = await readTextIfExists(host.path(path));
    const from = wish.sources.find((source) => source.path === path)?.root;
    if (text === undefined || from === undefined) continue;
    const content = editRepoFile(text, (section) => edited(section, { to, key: wish.key.path }));
    if (content === text) continue;
    files.push({ path, content, mode: 0o644 });
    notes.push(m.sourceRewritten({ path, from, to }));
  }
  if (files.length === 0) return undefined;
  const sources = wish.sources.map((source) => ({
    ...source,
    root: to,
    url: to + source.url.slice(source.root.length),
  }));
  return { files: [wish.key, ...files], sources, notes };
}

function edited(
  section: RepoSection,
  target: { readonly to: string; readonly key: string },
): RepoEdit | undefined {
  const baseUrl = section.values.get('baseurl') ?? '';
  const root = dockerRootOf(baseUrl);
  if (root === undefined) return undefined;
  const set = new Map([['baseurl', target.to + baseUrl.slice(root.length)]]);
  if (section.values.has('gpgkey')) set.set('gpgkey', `file://${target.key}`);
  // What is fetched through these would come from the old server.
  return { set, commentOut: ['mirrorlist', 'metalink'] };
}

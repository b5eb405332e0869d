import { join } from 'node:path';
import { packageMessages as m } from '../../../messages/areas/packages.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { listFolder, readTextIfExists } from '../../../runtime/host/files.ts';
import { aptSources } from '../../../templates/apt-sources.ts';
import type { PackageRepository } from '../../repositories/package-repository.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { keyConflict } from '../key-conflict.ts';
import { armouredKey } from '../openpgp/armour.ts';
import { requireKeyFingerprint } from '../openpgp-key.ts';
import type { RepositoryConflict, RepositoryFormat } from '../repository-format.ts';
import { isSameUrl } from '../same-url.ts';
import { parseAptSources } from './sources-list.ts';

const partsFolder = '/etc/apt/sources.list.d';

/** Armoured, which apt 1.4 and later take by this ending. */
const keyPath = (id: string): string => `/etc/apt/keyrings/${id}.asc`;
const sourcesPath = (id: string): string => `${partsFolder}/${id}.sources`;

async function sourceFiles(host: ProvisionHost): Promise<readonly string[]> {
  const parts = (await listFolder(host.path(partsFolder))).filter((name) =>
    /\.(list|sources)$/.test(name),
  );
  return ['/etc/apt/sources.list', ...parts.map((name) => join(partsFolder, name))];
}

/** apt refuses all repositories when one is written twice with different keys, so once is enough. */
async function repetitions(
  host: ProvisionHost,
  repository: PackageRepository,
): Promise<readonly RepositoryConflict[]> {
  const found: RepositoryConflict[] = [];
  for (const path of await sourceFiles(host)) {
    if (path === sourcesPath(repository.id)) continue;
    const content = (await readTextIfExists(host.path(path))) ?? '';
    for (const { uri, suite, line, seen } of parseAptSources(path, content)) {
      if (suite !== repository.suite || !isSameUrl(uri, repository.baseUrl)) continue;
      found.push({ path, line, kind: 'same', seen });
    }
  }
  return found;
}

function suiteOf({ id, suite, components }: PackageRepository): {
  readonly suite: string;
  readonly components: readonly string[];
} {
  if (suite !== undefined && components !== undefined) return { suite, components };
  throw new BerthError('REPOSITORY_UNSUPPORTED', {
    message: m.repositoryWithoutSuite({ id }),
    remedy: m.repositoryUnsupportedRemedy(),
    details: { id },
  });
}

/** Repositories of apt: a deb822 file whose `Signed-By` names the one key that counts for it. */
export const aptRepositories: RepositoryFormat = {
  sharedFiles: [],
  files: ({ repository, key }) => {
    const { id, title, baseUrl, architectures, keyFingerprints, keyUrl } = repository;
    requireKeyFingerprint(key, { fingerprints: keyFingerprints, source: keyUrl });
    const source = { title, baseUrl, architectures, keyPath: keyPath(id), ...suiteOf(repository) };
    return [
      { path: keyPath(id), content: armouredKey(key), mode: 0o644 },
      { path: sourcesPath(id), content: aptSources(source), mode: 0o644 },
    ];
  },
  conflicts: async (host, repository, key) => [
    ...(await repetitions(host, repository)),
    ...(await keyConflict(host, { path: keyPath(repository.id), key })),
  ],
  // A key counts by being named in the repository's file.
  trusted: () => Promise.resolve([]),
  trust: () => Promise.resolve(),
  distrust: () => Promise.resolve(),
};

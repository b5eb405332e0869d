import { join } from 'node:path';
import { listFolder, readTextIfExists } from '../../../runtime/host/files.ts';
import { rpmRepo } from '../../../templates/rpm-repo.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import type { PackageRepository } from '../../repositories/package-repository.ts';
import { keyConflict } from '../key-conflict.ts';
import { armouredKey } from '../openpgp/armour.ts';
import { parseOpenPgpKeys, requireKeyFingerprint } from '../openpgp-key.ts';
import type { RepositoryConflict, RepositoryFormat } from '../repository-format.ts';
import { isSameUrl } from '../same-url.ts';
import { parseRepoFile, type RepoSection } from './repo-file.ts';
import { distrustRpmKeys, trustedRpmKeys, trustRpmKey } from './rpm-keys.ts';

type Reader = 'dnf' | 'yum' | 'zypper';

const folders: Readonly<Record<Reader, string>> = {
  dnf: '/etc/yum.repos.d',
  yum: '/etc/yum.repos.d',
  zypper: '/etc/zypp/repos.d',
};

const keyPath = (id: string): string => `/etc/pki/rpm-gpg/RPM-GPG-KEY-${id}`;

async function sectionConflicts(
  host: ProvisionHost,
  repository: PackageRepository,
  folder: string,
): Promise<readonly RepositoryConflict[]> {
  const found: RepositoryConflict[] = [];
  const own = `${repository.id}.repo`;
  const names = (await listFolder(host.path(folder))).filter((name) => name.endsWith('.repo'));
  for (const name of names.filter((candidate) => candidate !== own)) {
    const path = join(folder, name);
    const sections = parseRepoFile((await readTextIfExists(host.path(path))) ?? '');
    for (const section of sections) {
      const kind = kindOf(section, repository);
      if (kind === undefined) continue;
      const seen = `[${section.id}] ${section.baseUrls.join(' ')}`;
      found.push({ path, line: section.line, kind, seen });
    }
  }
  return found;
}

function kindOf(
  section: RepoSection,
  repository: PackageRepository,
): RepositoryConflict['kind'] | undefined {
  if (section.baseUrls.some((url) => isSameUrl(url, repository.baseUrl))) return 'same';
  return section.id === repository.id ? 'same-id' : undefined;
}

/** Repositories of dnf, yum and zypper: a `.repo` file that names the key, which rpm's database has to have as well. */
export function rpmRepositories(reader: Reader): RepositoryFormat {
  const folder = folders[reader];
  return {
    sharedFiles: [],
    files: ({ repository, key }) => {
      const { id, title, baseUrl, keyFingerprints, keyUrl } = repository;
      requireKeyFingerprint(key, { fingerprints: keyFingerprints, source: keyUrl });
      const content = rpmRepo({ id, title, baseUrl, keyPath: keyPath(id), reader });
      return [
        { path: keyPath(id), content: armouredKey(key), mode: 0o644 },
        { path: `${folder}/${id}.repo`, content, mode: 0o644 },
      ];
    },
    conflicts: async (host, repository, key) => [
      ...(await sectionConflicts(host, repository, folder)),
      ...(await keyConflict(host, { path: keyPath(repository.id), key })),
    ],
    trusted: (host, key) =>
      trustedRpmKeys(
        host,
        parseOpenPgpKeys(key).map(({ fingerprint }) => fingerprint),
      ),
    trust: (host, { path }) => trustRpmKey(host, path),
    distrust: distrustRpmKeys,
  };
}

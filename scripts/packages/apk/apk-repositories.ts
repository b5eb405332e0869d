import { createHash, createPublicKey } from 'node:crypto';
import { basename } from 'node:path';
import { packageMessages as m } from '../../../messages/areas/packages.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { orIfMissing, readFile, readTextIfExists } from '../../../runtime/host/files.ts';
import type { PackageRepository } from '../../repositories/package-repository.ts';
import type { RepositoryFormat } from '../repository-format.ts';
import { isSameUrl } from '../same-url.ts';

const listFile = '/etc/apk/repositories';

/** A package's signature names its key by this file name, so it is the server's. */
const keyPath = ({ keyUrl }: PackageRepository): string => `/etc/apk/keys/${basename(keyUrl)}`;

/** apk has no OpenPGP: an RSA key as PEM, known by the SHA-256 of its DER form (SubjectPublicKeyInfo). */
function requirePublicKey(key: Uint8Array, { keyUrl, keyFingerprints }: PackageRepository): void {
  const seen = keyDigest(key);
  const wanted = keyFingerprints.map((fingerprint) => fingerprint.toUpperCase());
  if (wanted.includes(seen)) return;
  throw new BerthError('REPOSITORY_KEY_MISMATCH', {
    message: m.keyMismatch({ source: keyUrl, seen, wanted: wanted.join('", "') }),
    remedy: m.keyMismatchRemedy(),
    details: { source: keyUrl, seen, wanted },
  });
}

function keyDigest(key: Uint8Array): string {
  try {
    const der = createPublicKey(Buffer.from(key)).export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(der).digest('hex').toUpperCase();
  } catch (cause) {
    throw new BerthError('REPOSITORY_UNSUPPORTED', {
      message: m.apkKeyWanted(),
      remedy: m.repositoryUnsupportedRemedy(),
      cause,
    });
  }
}

/** The list with the repository as its last line, everything else as it is. A line that is there is not repeated. */
function withLine(content: string, url: string): string {
  if (content.split('\n').some((line) => isSameUrl(line.trim(), url))) return content;
  const separator = content === '' || content.endsWith('\n') ? '' : '\n';
  return `${content}${separator}${url}\n`;
}

/** Repositories of apk: a line in a file that all share, and a key that all repositories may be signed with. */
export const apkRepositories: RepositoryFormat = {
  sharedFiles: [listFile],
  files: ({ repository, key, texts }) => {
    requirePublicKey(key, repository);
    const content = withLine(texts.get(listFile) ?? '', repository.baseUrl);
    return [
      { path: keyPath(repository), content: Buffer.from(key).toString('utf8'), mode: 0o644 },
      { path: listFile, content, mode: 0o644 },
    ];
  },
  conflicts: async (host, repository, key) => {
    const list = (await readTextIfExists(host.path(listFile))) ?? '';
    const path = keyPath(repository);
    const there = await orIfMissing(readFile(host.path(path)), undefined);
    return [
      ...list.split('\n').flatMap((line, index) =>
        // A tag (`@edge url`) only counts for packages that name it.
        isSameUrl(line.trim(), repository.baseUrl)
          ? [{ path: listFile, line: index + 1, kind: 'same' as const, seen: line.trim() }]
          : [],
      ),
      ...(there === undefined || Buffer.compare(there, key) === 0
        ? []
        : [{ path, line: 0, kind: 'key' as const, seen: there.toString('utf8').trim() }]),
    ];
  },
  // A key counts by lying in the folder.
  trusted: () => Promise.resolve([]),
  trust: () => Promise.resolve(),
  distrust: () => Promise.resolve(),
};

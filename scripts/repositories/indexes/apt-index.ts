import { gunzipSync } from 'node:zlib';
import { repositoryMessages as m } from '../../../messages/areas/repositories.ts';
import type { PackageRepository } from '../package-repository.ts';
import { readClearsigned } from '../openpgp/clearsigned.ts';
import { untrusted } from './untrusted.ts';
import type { IndexedPackage } from './indexed-package.ts';
import { requireDigest } from './require-digest.ts';
import type { WebFiles } from './web-files.ts';

/**
 * Reads the index of a repository for apt (the file formats of wiki.debian.org/DebianRepository/Format): InRelease, its
 * signature by one of the keys, and the Packages file that it names. `undefined` when the server has no such suite.
 *
 * @param key The repository's key, of which the fingerprint has been checked.
 * @throws BerthError REPOSITORY_UNTRUSTED; Error as WebFiles.read.
 */
export async function readAptIndex(
  repository: PackageRepository,
  { files, key }: { readonly files: WebFiles; readonly key: Uint8Array },
): Promise<readonly IndexedPackage[] | undefined> {
  const suiteUrl = new URL(`${repository.baseUrl}/dists/${repository.suite ?? ''}/`);
  const url = new URL('InRelease', suiteUrl);
  const file = await files.read(url);
  if (file.kind === 'absent') return undefined;
  const release = readClearsigned(file.bytes, key);
  if (release.kind === 'unsigned') throw untrusted(url, m.indexUnsigned({ url: url.href }));
  if (release.kind === 'not-by-these-keys') {
    throw untrusted(url, m.indexForeign({ url: url.href }));
  }
  const digests = sha256Section(release.text);
  const found: IndexedPackage[] = [];
  for (const component of repository.components ?? []) {
    for (const architecture of repository.architectures) {
      const path = `${component}/binary-${architecture}/Packages`;
      const text = await readListed(path, { digests, files, suiteUrl });
      found.push(...parsePackages(text, `${repository.baseUrl}/`));
    }
  }
  return found;
}

/** A file of the index, compressed or not, whichever is listed. */
async function readListed(
  path: string,
  from: {
    readonly digests: ReadonlyMap<string, string>;
    readonly files: WebFiles;
    readonly suiteUrl: URL;
  },
): Promise<string> {
  const listed = [`${path}.gz`, path].find((name) => from.digests.has(name));
  const url = new URL(listed ?? path, from.suiteUrl);
  const sha256 = listed === undefined ? undefined : from.digests.get(listed);
  if (listed === undefined || sha256 === undefined) {
    throw untrusted(url, m.indexUnlisted({ url: url.href }));
  }
  const file = await from.files.read(url);
  if (file.kind === 'absent') throw untrusted(url, m.indexHalf({ url: url.href }));
  requireDigest(file.bytes, { sha256, url });
  return (listed.endsWith('.gz') ? gunzipSync(file.bytes) : file.bytes).toString('utf8');
}

/** Paths and digests from the lines ` <digest> <size> <path>` below `SHA256:`. */
function sha256Section(release: string): ReadonlyMap<string, string> {
  const section = /^SHA256:[ \t]*\n((?: .*\n?)*)/m.exec(release.replaceAll('\r', ''))?.[1] ?? '';
  return new Map(
    section.split('\n').flatMap((line) => {
      const [digest, , path] = line.trim().split(/\s+/);
      return digest === undefined || path === undefined ? [] : [[path, digest] as const];
    }),
  );
}

function parsePackages(text: string, base: string): readonly IndexedPackage[] {
  return text.split(/\n\n+/).flatMap((paragraph) => {
    const field = (name: string): string =>
      new RegExp(`^${name}: *(.*)$`, 'm').exec(paragraph)?.[1]?.trim() ?? '';
    if (field('Package') === '') return [];
    return [
      {
        name: field('Package'),
        version: field('Version'),
        url: new URL(field('Filename'), base),
        sizeBytes: Number(field('Size')),
        sha256: field('SHA256'),
        depends: dependencies(`${field('Pre-Depends')}, ${field('Depends')}`),
      },
    ];
  });
}

/** Of alternatives (`a | b`) all: each of them might be installed. */
function dependencies(text: string): readonly string[] {
  return text
    .split(/[,|]/)
    .map((item) => /^\s*([a-z0-9][a-z0-9+.-]*)/.exec(item)?.[1])
    .filter((name) => name !== undefined);
}

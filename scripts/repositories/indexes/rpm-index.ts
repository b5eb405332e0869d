import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { repositoryMessages as m } from '../../../messages/areas/repositories.ts';
import type { PackageRepository } from '../package-repository.ts';
import { untrusted } from './untrusted.ts';
import type { IndexedPackage } from './indexed-package.ts';
import { requireDigest } from './require-digest.ts';
import type { WebFiles } from './web-files.ts';

/** Ways in which createrepo_c compresses, by the end of the file name. Node.js has nothing for bzip2 and xz. */
const decompress: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gz: (bytes) => gunzipSync(bytes),
  zst: (bytes) => zstdDecompressSync(bytes),
  xml: (bytes) => bytes,
};

/**
 * Reads the index of a repository for dnf, yum and zypper: repodata/repomd.xml and the list of packages ("primary") that
 * it names, as createrepo_c(8) writes them. `undefined` when the server has no such folder. Docker does not sign this
 * index: the package manager checks the signature of each package instead.
 *
 * @throws BerthError REPOSITORY_UNTRUSTED; Error as WebFiles.read.
 */
export async function readRpmIndex(
  repository: PackageRepository,
  files: WebFiles,
): Promise<readonly IndexedPackage[] | undefined> {
  const architecture = repository.architectures[0] ?? '';
  const base = new URL(`${repository.baseUrl.replaceAll('$basearch', architecture)}/`);
  const url = new URL('repodata/repomd.xml', base);
  const file = await files.read(url);
  if (file.kind === 'absent') return undefined;
  const primary = primaryOf(file.bytes.toString('utf8'));
  if (primary === undefined) throw untrusted(url, m.indexNoRepomd({ url: url.href }));
  const listUrl = new URL(primary.path, base);
  const list = await files.read(listUrl);
  if (list.kind === 'absent') throw untrusted(listUrl, m.indexHalf({ url: listUrl.href }));
  requireDigest(list.bytes, { sha256: primary.sha256, url: listUrl });
  const unpack = decompress[primary.path.split('.').at(-1) ?? ''];
  if (unpack === undefined) throw untrusted(listUrl, m.indexCompression({ url: listUrl.href }));
  return parsePrimary(unpack(list.bytes).toString('utf8'), base);
}

function primaryOf(repomd: string): { readonly path: string; readonly sha256: string } | undefined {
  const data = /<data type="primary">([\s\S]*?)<\/data>/.exec(repomd)?.[1] ?? '';
  const path = /<location [^>]*href="([^"]+)"/.exec(data)?.[1];
  const sha256 = /<checksum type="sha256">([0-9a-f]{64})<\/checksum>/.exec(data)?.[1];
  return path === undefined || sha256 === undefined ? undefined : { path, sha256 };
}

function parsePrimary(xml: string, base: URL): readonly IndexedPackage[] {
  return [...xml.matchAll(/<package type="rpm">([\s\S]*?)<\/package>/g)].flatMap(
    ([, text = '']) => {
      const name = /<name>([^<]+)<\/name>/.exec(text)?.[1];
      const version = /<version ([^>]+)\/>/.exec(text)?.[1] ?? '';
      const path = /<location [^>]*href="([^"]+)"/.exec(text)?.[1];
      if (name === undefined || path === undefined) return [];
      const sha256 = /<checksum type="sha256"[^>]*>([0-9a-f]{64})</.exec(text)?.[1];
      return [
        {
          name: unescapeXml(name),
          version: fullVersion(version),
          url: new URL(unescapeXml(path), base),
          sizeBytes: Number(/<size [^>]*package="(\d+)"/.exec(text)?.[1] ?? 0),
          ...(sha256 === undefined ? {} : { sha256 }),
          depends: requires(text),
        },
      ];
    },
  );
}

/** As dnf writes it: `epoch:version-release`, without an epoch of 0. */
function fullVersion(attributes: string): string {
  const of = (name: string): string =>
    new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
  const epoch = of('epoch');
  return `${epoch === '' || epoch === '0' ? '' : `${epoch}:`}${of('ver')}-${of('rel')}`;
}

function requires(text: string): readonly string[] {
  const section = /<rpm:requires>([\s\S]*?)<\/rpm:requires>/.exec(text)?.[1] ?? '';
  return [...section.matchAll(/<rpm:entry [^>]*?name="([^"]+)"/g)].map(([, name = '']) =>
    unescapeXml(name),
  );
}

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replaceAll(
    /&(amp|lt|gt|quot|apos);/g,
    (_match, name: string) => entities[name] ?? '',
  );
}

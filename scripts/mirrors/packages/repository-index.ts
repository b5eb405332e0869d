import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { readAptIndex } from '../../repositories/indexes/apt-index.ts';
import type { IndexedPackage } from '../../repositories/indexes/indexed-package.ts';
import { readRpmIndex } from '../../repositories/indexes/rpm-index.ts';
import { readClearsigned } from '../../repositories/openpgp/clearsigned.ts';
import type { PackageRepository } from '../../repositories/package-repository.ts';
import type { MirrorWeb } from '../web/mirror-web.ts';
import { ProbeFailure } from '../web/probe-failure.ts';
import { isDetachedSignatureGood } from './detached-signature.ts';
import { RepositoryFiles } from './repository-files.ts';

/** A repository's index, and how much of it is vouched for. */
export interface RepositoryIndex {
  readonly packages: readonly IndexedPackage[];
  /** When it was made, in milliseconds since 1970; `undefined` when it does not say. */
  readonly madeAtMs: number | undefined;
  /** When it ceases to hold (apt's Valid-Until). */
  readonly validUntilMs: number | undefined;
  /** `each-package`: the index is not signed, as with Docker's for rpm; the packages are. */
  readonly signed: 'index' | 'each-package';
}

/** What is read, and what vouches for it. */
export interface IndexQuery {
  readonly repository: PackageRepository;
  /** The key file, of which the fingerprint has been checked. */
  readonly key: Uint8Array;
  readonly web: MirrorWeb;
}

/** Reads an index with its signature; `undefined` when the mirror does not have that release. Throws ProbeFailure. */
export async function readIndex(query: IndexQuery): Promise<RepositoryIndex | undefined> {
  try {
    return await (query.repository.suite === undefined ? rpmIndex(query) : aptIndex(query));
  } catch (error) {
    // Its signature is right by now, so the rest contradicts it: half synchronised, or damaged.
    if (!isBerthError(error, 'REPOSITORY_UNTRUSTED')) throw error;
    const { url: named } = error.details;
    const url = typeof named === 'string' ? named : query.repository.baseUrl;
    throw new ProbeFailure({ is: 'damaged', part: 'package-list', url });
  }
}

async function aptIndex({
  repository,
  key,
  web,
}: IndexQuery): Promise<RepositoryIndex | undefined> {
  const files = new RepositoryFiles(web, 'index');
  const url = new URL(`${repository.baseUrl}/dists/${repository.suite ?? ''}/InRelease`);
  const bytes = await files.bytes(url);
  if (bytes === undefined) return undefined;
  const release = readClearsigned(bytes, key);
  if (release.kind === 'unsigned') throw new ProbeFailure({ is: 'unsigned', url: url.href });
  if (release.kind !== 'good') throw new ProbeFailure({ is: 'bad-signature', url: url.href });
  return {
    packages: (await readAptIndex(repository, { files, key })) ?? [],
    madeAtMs: dateOf(release.text, 'Date'),
    validUntilMs: dateOf(release.text, 'Valid-Until'),
    signed: 'index',
  };
}

function dateOf(release: string, field: string): number | undefined {
  const written = new RegExp(`^${field}: *(.+)$`, 'm').exec(release)?.[1];
  const time = Date.parse(written ?? '');
  return Number.isNaN(time) ? undefined : time;
}

async function rpmIndex({
  repository,
  key,
  web,
}: IndexQuery): Promise<RepositoryIndex | undefined> {
  const files = new RepositoryFiles(web, 'index');
  const base = repository.baseUrl.replaceAll('$basearch', repository.architectures[0] ?? '');
  const url = new URL(`${base}/repodata/repomd.xml`);
  const bytes = await files.bytes(url);
  if (bytes === undefined) return undefined;
  const signatureUrl = new URL(`${url.href}.asc`);
  const signature = await files.bytes(signatureUrl);
  if (
    signature !== undefined &&
    !isDetachedSignatureGood({ data: bytes, signature, keyFile: key })
  ) {
    throw new ProbeFailure({ is: 'bad-signature', url: signatureUrl.href });
  }
  const packages = (await readRpmIndex(repository, files)) ?? [];
  // Not signed as a rule: whoever serves it may not send this host to ask others.
  const foreign = packages.find((each) => each.url.origin !== url.origin);
  if (foreign !== undefined) {
    throw new ProbeFailure({ is: 'damaged', part: 'package-list', url: foreign.url.href });
  }
  return {
    packages,
    madeAtMs: revisionOf(bytes.toString('utf8')),
    validUntilMs: undefined,
    signed: signature === undefined ? 'each-package' : 'index',
  };
}

/** createrepo_c(8) writes the seconds since 1970 as the revision, unless told otherwise. */
function revisionOf(repomd: string): number | undefined {
  const revision = /<revision>(\d{9,11})<\/revision>/.exec(repomd)?.[1];
  return revision === undefined ? undefined : Number(revision) * 1000;
}

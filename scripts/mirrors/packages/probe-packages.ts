import { requireKeyFingerprint } from '../../packages/openpgp-key.ts';
import type { IndexedPackage } from '../../repositories/indexes/indexed-package.ts';
import type { PackageRepository } from '../../repositories/package-repository.ts';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import type { Clock } from '../../../runtime/host/clock.ts';
import { proveTransfer, type Findings, type Probe, type ProbeTools } from '../probe.ts';
import type { MirrorWeb } from '../web/mirror-web.ts';
import { ProbeFailure } from '../web/probe-failure.ts';
import { newestPackages } from './newest-packages.ts';
import { readIndex, type RepositoryIndex } from './repository-index.ts';
import { RepositoryFiles } from './repository-files.ts';
import { rpmHeaderBytes, rpmSignature } from './rpm-signature.ts';

/** The test of a mirror of packages. */
export interface PackageTarget {
  /** The repository on that mirror, for the releases that fit this host, the best first. */
  readonly repositories: readonly PackageRepository[];
  readonly clock: Clock;
}

/**
 * Tests what a mirror of packages is for: the key is the pinned one, the index is signed by it and holds, the newest
 * packages are there in the size that the index says, and the smallest of them arrives with its digest.
 */
export function packageProbe({ repositories, clock }: PackageTarget): Probe {
  return async (tools, findings) => {
    const found = await firstRelease(repositories, { tools, findings });
    const { index, key } = found;
    if (index.validUntilMs !== undefined && index.validUntilMs < clock.now()) {
      throw new ProbeFailure({ is: 'expired', untilMs: index.validUntilMs });
    }
    const newest = newestPackages(index.packages);
    const [smallest] = newest;
    if (smallest === undefined) {
      throw new ProbeFailure({ is: 'damaged', part: 'package-list', url: found.baseUrl });
    }
    findings.proved.push('package-list');
    await Promise.all(newest.map((each) => requireThere(each, tools.web)));
    await provePackage(smallest, { tools, findings, index, key });
  };
}

interface FoundRelease {
  readonly index: RepositoryIndex;
  readonly key: Uint8Array;
  readonly baseUrl: string;
}

async function firstRelease(
  repositories: readonly PackageRepository[],
  { tools, findings }: { readonly tools: ProbeTools; readonly findings: Findings },
): Promise<FoundRelease> {
  const { web } = tools;
  let last: PackageRepository | undefined;
  for (const [release, repository] of repositories.entries()) {
    last = repository;
    const key = await pinnedKey(repository, web);
    if (key === undefined) continue;
    const index = await readIndex({ repository, key, web });
    if (index === undefined) continue;
    findings.proved.push('key', 'index');
    findings.release = release;
    if (index.madeAtMs !== undefined) findings.madeAtMs = index.madeAtMs;
    return { index, key, baseUrl: repository.baseUrl };
  }
  throw new ProbeFailure({ is: 'status', part: 'index', url: last?.baseUrl ?? '', status: 404 });
}

/** The key that the mirror serves, if it is the pinned one; `undefined` when the mirror does not have that folder at all. */
async function pinnedKey(
  repository: PackageRepository,
  web: MirrorWeb,
): Promise<Uint8Array | undefined> {
  const url = new URL(repository.keyUrl);
  const bytes = await new RepositoryFiles(web, 'key').bytes(url);
  if (bytes === undefined) return undefined;
  const fingerprints = repository.keyFingerprints;
  try {
    requireKeyFingerprint(bytes, { fingerprints, source: url.href });
    return bytes;
  } catch (error) {
    if (isBerthError(error, 'REPOSITORY_KEY_MISMATCH')) {
      throw new ProbeFailure({ is: 'wrong-key', url: url.href });
    }
    if (!isBerthError(error, 'OPENPGP_KEY_INVALID')) throw error;
    throw new ProbeFailure({ is: 'damaged', part: 'key', url: url.href });
  }
}

/** A name in the index says nothing: mirrors that are half synchronised answer 404, or have an empty file. */
async function requireThere({ url, sizeBytes }: IndexedPackage, web: MirrorWeb): Promise<void> {
  const { status, size } = await web.head({ url, part: 'package' });
  if (status !== 200) throw new ProbeFailure({ is: 'missing', url: url.href, status });
  if (size >= 0 && size !== sizeBytes) {
    throw new ProbeFailure({ is: 'size', url: url.href, expected: sizeBytes, actual: size });
  }
}

async function provePackage(
  { url, sha256, sizeBytes }: IndexedPackage,
  using: {
    readonly tools: ProbeTools;
    readonly findings: Findings;
    readonly index: RepositoryIndex;
    readonly key: Uint8Array;
  },
): Promise<void> {
  const { findings, index, key } = using;
  const isRpm = index.signed === 'each-package';
  const { limits } = using.tools;
  const tools = isRpm
    ? { ...using.tools, limits: { ...limits, keepBytes: rpmHeaderBytes } }
    : using.tools;
  const digest = sha256 === undefined ? undefined : `sha256:${sha256}`;
  const expected = { url, part: 'package', digest, sizeBytes } as const;
  const { head } = await proveTransfer(expected, tools, findings);
  const signature = isRpm ? rpmSignature(head, key) : 'good';
  if (signature === 'good') {
    findings.proved.push('package');
    return;
  }
  const reasons = {
    bad: { is: 'bad-signature', url: url.href },
    unsigned: { is: 'unsigned', url: url.href },
    damaged: { is: 'damaged', part: 'package', url: url.href },
  } as const;
  throw new ProbeFailure(reasons[signature]);
}

import { BerthError } from '../../errors/berth-error.ts';
import type { Blobs } from '../images/blobs.ts';
import type { Manifests } from '../images/manifests.ts';
import type { Discovery } from '../images/discovery.ts';
import { mediaTypes } from '../../image/media-types.ts';
import { nameOf } from '../request/repository-name.ts';
import type { RepositoryName } from '../request/repository-name.ts';
import { parseRegistryRequest } from '../request/registry-request.ts';
import type { RegistryRequest } from '../request/registry-request.ts';
import type { Answer } from './answer.ts';
import { specError, specErrorOf } from './spec-error.ts';
import { revalidationFailed } from './warning.ts';

/** What answers requests below `/v2`. */
export interface RegistryParts {
  readonly manifests: Manifests;
  readonly blobs: Blobs;
  readonly discovery: Discovery;
  /** Registries that may be asked through this mirror. */
  readonly allowed: ReadonlySet<string>;
}

const apiVersion = { 'docker-distribution-api-version': 'registry/2.0' };

/** Answers a GET or HEAD of the distribution API (distribution-spec 1.1). Does not throw for what a client may ask. */
export async function answerRegistry(
  method: 'GET' | 'HEAD',
  url: URL,
  parts: RegistryParts,
): Promise<Answer> {
  const request = parseRegistryRequest(url);
  try {
    const answer = await answerRequest(method, request, parts);
    return { ...answer, headers: { ...apiVersion, ...answer.headers } };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    const answer = specErrorOf(
      error,
      request.kind === 'blob' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN',
    );
    return { ...answer, headers: { ...apiVersion, ...answer.headers } };
  }
}

async function answerRequest(
  method: 'GET' | 'HEAD',
  request: RegistryRequest,
  parts: RegistryParts,
): Promise<Answer> {
  if (request.kind === 'version') return { kind: 'json', status: 200, headers: {}, body: {} };
  if (request.kind === 'invalid')
    return specError(request.code === 'UNSUPPORTED' ? 404 : 400, request.code, request.message);
  requireAllowed(request.repository, parts.allowed);
  switch (request.kind) {
    case 'manifest': {
      const { repository, selector } = request;
      const manifest = await parts.manifests.get(repository, selector);
      const headers = {
        'content-type': manifest.mediaType,
        'docker-content-digest': manifest.digest,
        ...(manifest.freshness === 'stale' ? revalidationFailed : {}),
      };
      return { kind: 'bytes', headers, bytes: manifest.bytes, etag: `"${manifest.digest}"` };
    }
    case 'blob':
      return answerBlob(method, request, parts);
    case 'tags':
      return answerTags(request, parts);
    case 'referrers': {
      const { repository, digest, artifactType } = request;
      const body = await parts.discovery.referrers(repository, digest, artifactType);
      const filters: Record<string, string> =
        artifactType === undefined ? {} : { 'oci-filters-applied': 'artifactType' };
      const headers = { 'content-type': mediaTypes.ociIndex, ...filters };
      return { kind: 'json', status: 200, headers, body };
    }
  }
}

/** Who could ask for any registry could have this host ask any host of its network. */
function requireAllowed(repository: RepositoryName, allowed: ReadonlySet<string>): void {
  if (allowed.has(repository.registry)) return;
  throw new BerthError('MIRROR_REFUSED', {
    message: `"${repository.registry}" may not be asked through this mirror; wanted one of: ${[...allowed].join(', ')}`,
    remedy: `Pull "${nameOf(repository)}" from its registry, or start the mirror with "--allow ${repository.registry}".`,
    details: { registry: repository.registry },
  });
}

async function answerBlob(
  method: 'GET' | 'HEAD',
  { repository, digest }: Extract<RegistryRequest, { kind: 'blob' }>,
  { blobs }: RegistryParts,
): Promise<Answer> {
  const headers = {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
    'cache-control': 'max-age=31536000, immutable',
  };
  if (method === 'HEAD') {
    const sizeBytes = await blobs.size(repository, digest);
    return { kind: 'size', headers: { ...headers, etag: `"${digest}"` }, sizeBytes };
  }
  const content = await blobs.open(repository, digest);
  return { kind: 'content', headers, content, etag: `"${digest}"` };
}

/** A page of tags, in their order (distribution-spec 1.1, "Listing Tags"). */
async function answerTags(
  { repository, count, last }: Extract<RegistryRequest, { kind: 'tags' }>,
  { discovery }: RegistryParts,
): Promise<Answer> {
  const { tags, freshness } = await discovery.tags(repository);
  const after = last === undefined ? tags : tags.filter((tag) => tag > last);
  const page = count === undefined ? after : after.slice(0, count);
  const name = nameOf(repository);
  const next = page.at(-1);
  const link: Record<string, string> =
    page.length < after.length && next !== undefined
      ? {
          link: `</v2/${name}/tags/list?n=${page.length}&last=${encodeURIComponent(next)}>; rel="next"`,
        }
      : {};
  return {
    kind: 'json',
    status: 200,
    headers: { ...link, ...(freshness === 'stale' ? revalidationFailed : {}) },
    body: { name: repository.path, tags: page },
  };
}

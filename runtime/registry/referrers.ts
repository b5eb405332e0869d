import { isBerthError } from '../errors/berth-error.ts';
import { hexOf } from '../image/digest.ts';
import type { Digest } from '../image/digest.ts';
import { parseManifest } from '../image/manifest.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { FetchedManifest } from './manifest-answer.ts';
import { readPages } from './pages.ts';
import type { RegistrySession } from './registry-session.ts';

/** What `readReferrers` needs. */
export interface ReferrersRequest {
  readonly session: RegistrySession;
  /** Reads a manifest of the same repository. */
  readonly client: { manifest(selector: string): Promise<FetchedManifest> };
  /** Of the manifest that is referred to. */
  readonly digest: Digest;
  readonly artifactType: string | undefined;
}

/**
 * Descriptors of what refers to a manifest (OCI distribution-spec 1.1, "Listing Referrers"); of a registry that does not
 * know the question, those of the tag that stands for the answer ("Referrers Tag Schema").
 *
 * @throws as `RepositoryClient.referrers`
 */
export async function readReferrers(request: ReferrersRequest): Promise<readonly Descriptor[]> {
  const { artifactType } = request;
  const found = (await byApi(request)) ?? (await byTag(request));
  // A registry need not know the filter.
  return found.filter((one) => artifactType === undefined || one['artifactType'] === artifactType);
}

async function byApi({
  session,
  digest,
  artifactType,
}: ReferrersRequest): Promise<readonly Descriptor[] | undefined> {
  const filter = artifactType === undefined ? {} : { artifactType };
  const url = session.url(`referrers/${digest}`, filter);
  try {
    const pages = await readPages(session, url);
    return pages.flatMap(({ bytes }) => descriptorsOf(bytes, url.href));
  } catch (error) {
    if (isBerthError(error) && error.details['status'] === 404) return undefined;
    throw error;
  }
}

async function byTag({ client, digest }: ReferrersRequest): Promise<readonly Descriptor[]> {
  const tag = `sha256-${hexOf(digest)}`;
  try {
    return descriptorsOf((await client.manifest(tag)).bytes, tag);
  } catch (error) {
    if (isBerthError(error, 'MANIFEST_UNKNOWN')) return [];
    throw error;
  }
}

function descriptorsOf(bytes: Uint8Array, what: string): readonly Descriptor[] {
  const parsed = parseManifest(bytes, `list of referrers "${what}"`);
  return parsed.kind === 'index' ? parsed.index.manifests : [];
}

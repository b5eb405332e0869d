import type { IncomingHttpHeaders } from 'node:http';

import { BerthError } from '../errors/berth-error.ts';
import { digestOf, isDigest } from '../image/digest.ts';
import type { Digest } from '../image/digest.ts';
import { manifestMediaTypes } from '../image/media-types.ts';
import { invalidResponse, registryError } from './registry-error.ts';

/** A manifest as it came, verified. */
export interface FetchedManifest {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  /** What the registry calls it, else what it calls itself; empty when nobody says. */
  readonly mediaType: string;
}

/** A manifest that is to be verified. */
export interface ManifestAnswer {
  /** The tag or digest that was asked for. */
  readonly selector: string;
  /** The whole name, for errors. */
  readonly name: string;
  readonly url: URL;
  readonly bytes: Uint8Array;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Verifies a manifest: its digest is what was asked for, or what the registry says; its type is what the registry
 * says, so that another tool cannot take an index for an image (CVE-2021-41190).
 *
 * @throws REGISTRY_DIGEST_MISMATCH, REGISTRY_RESPONSE_INVALID, MANIFEST_SCHEMA_UNSUPPORTED
 */
export function checkManifest(answer: ManifestAnswer): FetchedManifest {
  const { selector, name, url, bytes, headers } = answer;
  const digest = digestOf(bytes);
  const said = headers['content-type']?.replace(/;.*$/, '').trim().toLowerCase() ?? '';
  const own = ownMediaType(bytes);
  // Its digest is that of its text without signatures: it is told apart before anything is compared.
  if (isSchema1(said) || isSchema1(own ?? '')) throw schema1(name);
  const claimed = headers['docker-content-digest']?.toString() ?? '';
  const wanted = isDigest(selector) ? selector : isDigest(claimed) ? claimed : digest;
  if (digest !== wanted) {
    throw registryError(
      'REGISTRY_DIGEST_MISMATCH',
      `"${url.href}" delivered digest "${digest}"; wanted "${wanted}"`,
    );
  }
  const isKnown = manifestMediaTypes.includes(said);
  if (isKnown && own !== undefined && own !== said) {
    throw invalidResponse(
      url.href,
      `it calls the manifest "${said}", which calls itself "${own}"; wanted the same`,
    );
  }
  return { digest, bytes, mediaType: isKnown ? said : (own ?? '') };
}

/** The field `mediaType`; schema 1 has none, and is told by its number. */
function ownMediaType(bytes: Uint8Array): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof document !== 'object' || document === null) return undefined;
  if ('schemaVersion' in document && document.schemaVersion === 1) return schema1MediaType;
  return 'mediaType' in document && typeof document.mediaType === 'string'
    ? document.mediaType
    : undefined;
}

const schema1MediaType = 'application/vnd.docker.distribution.manifest.v1+json';

function isSchema1(mediaType: string): boolean {
  return /^application\/vnd\.docker\.distribution\.manifest\.v1\+/.test(mediaType);
}

function schema1(name: string): BerthError {
  return new BerthError('MANIFEST_SCHEMA_UNSUPPORTED', {
    message: `"${name}" is there in Docker's image manifest version 2, schema 1 only, which is no longer supported; wanted schema 2 or OCI`,
    remedy: 'Ask who made the image to build and push it again with a current tool.',
    details: { name },
  });
}

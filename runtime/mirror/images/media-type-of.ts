import { z } from 'zod';

import { mediaTypes } from '../../image/media-types.ts';

const shape = z.looseObject({
  schemaVersion: z.number().optional(),
  mediaType: z.string().optional(),
  manifests: z.array(z.unknown()).optional(),
});

/** Of the first Docker registries; only old images are of that kind. */
const schemaOne = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/**
 * The media type of a manifest: what it says itself; without that it is OCI's, whose field is optional (image-spec 1.1,
 * manifest.md), or Docker's schema 1, which had none.
 */
export function mediaTypeOf(bytes: Uint8Array): string {
  const parsed = shape.safeParse(parseJson(bytes)).data;
  // Goes into a header.
  if (parsed?.mediaType !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(parsed.mediaType))
    return parsed.mediaType;
  if (parsed?.schemaVersion === 1) return schemaOne;
  return parsed?.manifests === undefined ? mediaTypes.ociManifest : mediaTypes.ociIndex;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

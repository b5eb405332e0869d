import { z } from 'zod';

import { BerthError } from '../errors/berth-error.ts';
import { digestSchema, imageConfigSchema, platformSchema } from './image-config.ts';
import type { ImageConfig } from './image-config.ts';

/** A pointer to content (OCI image-spec 1.1, descriptor.md). Fields that berth does not know are kept. */
export const descriptorSchema = z.looseObject({
  mediaType: z.string().default(''),
  digest: digestSchema,
  /** Bytes. */
  size: z.number().int().nonnegative(),
  annotations: z.record(z.string(), z.string()).optional(),
  platform: platformSchema.optional(),
});

/** 2; programs that fill Go's types and forget it write 0, and containerd does not mind. 1 is another format. */
export const schemaVersion = z.literal([2, 0]).optional();

const manifestSchema = z.looseObject({
  schemaVersion,
  mediaType: z.string().optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema),
});

const indexSchema = z.looseObject({
  schemaVersion,
  mediaType: z.string().optional(),
  manifests: z.array(descriptorSchema),
});

/** A pointer to content. */
export type Descriptor = z.infer<typeof descriptorSchema>;

/** One image: its configuration and its layers, lowest first (OCI manifest.md, Docker schema 2). */
export type Manifest = z.infer<typeof manifestSchema>;

/** Several images under one name (OCI image-index.md, Docker's manifest list). */
export type ImageIndex = z.infer<typeof indexSchema>;

/** What a manifest's digest or a tag can stand for. */
export type ParsedManifest =
  | { readonly kind: 'image'; readonly manifest: Manifest }
  | { readonly kind: 'index'; readonly index: ImageIndex };

/** Manifests and configurations are small: the limit that registries use too. */
export const maxManifestBytes = 4 * 1024 * 1024;

/**
 * Parses JSON from outside into the shape that `schema` describes.
 *
 * @param what Names the document in the error's message: `manifest "sha256:..."`.
 * @throws MANIFEST_INVALID
 */
export function parseDocument<T>(
  schema: z.ZodType<T>,
  bytes: Uint8Array | string,
  what: string,
): T {
  const invalid = (why: string, cause: unknown): BerthError =>
    new BerthError('MANIFEST_INVALID', {
      message: `${what} is not valid: ${why}`,
      remedy: 'Build, save or push the image again; the one here was made wrongly or was damaged.',
      cause,
    });
  let document: unknown;
  try {
    const text =
      typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    document = JSON.parse(text);
  } catch (error) {
    throw invalid('it is not JSON', error);
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(
    `${issue?.path.join('.') || 'document'}: ${issue?.message ?? 'wrong shape'}`,
    parsed.error,
  );
}

/**
 * Parses an image manifest or an index, OCI's or Docker's, by its fields: the media type is optional in OCI.
 *
 * @throws MANIFEST_INVALID, also for both kinds at once, which could be read differently by another tool
 *   (CVE-2021-41190) and for Docker's schema 1
 */
export function parseManifest(bytes: Uint8Array, what: string): ParsedManifest {
  const kinds = parseDocument(
    z.looseObject({ manifests: z.unknown().optional(), layers: z.unknown().optional() }),
    bytes,
    what,
  );
  if (kinds.manifests !== undefined && kinds.layers !== undefined) {
    throw new BerthError('MANIFEST_INVALID', {
      message: `${what} has "manifests" and "layers"; wanted an index or an image, not both`,
    });
  }
  if (kinds.manifests !== undefined) {
    return { kind: 'index', index: parseDocument(indexSchema, bytes, what) };
  }
  return { kind: 'image', manifest: parseDocument(manifestSchema, bytes, what) };
}

/** Parses an image configuration. @throws MANIFEST_INVALID */
export function parseImageConfig(bytes: Uint8Array, what: string): ImageConfig {
  return parseDocument(imageConfigSchema, bytes, what);
}

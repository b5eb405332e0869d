import { z } from 'zod';

const descriptor = z.object({
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.int().nonnegative(),
  platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
});

/** Of an index (OCI image-spec 1.1, image-index.md; Docker's manifest list) and of a manifest what a test needs. */
const manifestSchema = z.union([
  z.object({ manifests: z.array(descriptor).min(1) }),
  z.object({ config: descriptor, layers: z.array(descriptor) }),
]);

/** A descriptor of content: its digest and its size in bytes. */
export type Descriptor = z.infer<typeof descriptor>;

/** What a manifest leads to. */
export type ManifestContent =
  | { readonly kind: 'index'; readonly manifest: Descriptor }
  | { readonly kind: 'image'; readonly blob: Descriptor };

/** Media types that are asked for, as the engine does. */
export const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Reads a manifest: the one for a platform, or the largest blob of it. `undefined` when it is none. */
export function readManifest(bytes: Buffer, architecture: string): ManifestContent | undefined {
  let parsed: z.infer<typeof manifestSchema>;
  try {
    parsed = manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
  if ('manifests' in parsed) {
    const ours = parsed.manifests.find(
      ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
    );
    const manifest = ours ?? parsed.manifests[0];
    return manifest === undefined ? undefined : { kind: 'index', manifest };
  }
  const blob = [...parsed.layers].sort((one, other) => other.size - one.size)[0] ?? parsed.config;
  return { kind: 'image', blob };
}

import { BerthError } from '../../errors/berth-error.ts';
import { hexOf } from '../digest.ts';
import type { Digest } from '../digest.ts';
import type { ImageBlobs } from '../image-model.ts';
import { formatIndexFile, layoutFileText } from '../layout-index.ts';
import { parseManifest } from '../manifest.ts';
import type { Manifest } from '../manifest.ts';
import { familiarName, parseReference, withDefaultTag } from '../reference.ts';

const blobPath = (digest: Digest): string => `blobs/sha256/${hexOf(digest)}`;

/**
 * Packs an image that is in memory into an archive that `docker load`, `berth load` and skopeo (`docker-archive:` and
 * `oci-archive:`) read: an OCI image layout together with manifest.json, as Docker 25 and later write. The same image
 * gives the same bytes.
 *
 * @throws MANIFEST_INVALID, REFERENCE_INVALID
 */
export async function* writeArchive(image: ImageBlobs): AsyncGenerator<Uint8Array, void> {
  const name = withDefaultTag(parseReference(image.reference));
  const manifest = imageManifest(image);
  const descriptor = {
    mediaType: manifest.mediaType ?? '',
    digest: image.manifestDigest,
    size: image.blobs.get(image.manifestDigest)?.byteLength ?? 0,
  };
  const manifestFile = [
    {
      Config: blobPath(manifest.config.digest),
      RepoTags: [familiarName(name)],
      Layers: manifest.layers.map(({ digest }) => blobPath(digest)),
    },
  ];
  // Few daemons ever pack an image, and the library is fourteen files.
  const { pack } = await import('tar-stream');
  const archive = pack();
  const add = (path: string, content: Uint8Array | string): void => {
    archive.entry({ name: path, mode: 0o644, mtime: new Date(0) }, Buffer.from(content));
  };
  for (const [digest, bytes] of image.blobs) add(blobPath(digest), bytes);
  add('index.json', formatIndexFile([{ descriptor, name }]));
  add('manifest.json', JSON.stringify(manifestFile));
  add('oci-layout', layoutFileText);
  archive.finalize();
  for await (const chunk of archive) yield chunk as Uint8Array;
}

function imageManifest(image: ImageBlobs): Manifest {
  const bytes = image.blobs.get(image.manifestDigest) ?? new Uint8Array();
  const parsed = parseManifest(bytes, `manifest "${image.manifestDigest}"`);
  if (parsed.kind === 'image') return parsed.manifest;
  throw new BerthError('MANIFEST_INVALID', {
    message: `"${image.manifestDigest}" is an index; wanted the manifest of one image`,
  });
}

import type { ContentStore } from '../content-store.ts';
import { readImageContent } from '../image-catalog.ts';
import type { ImageContent } from '../image-catalog.ts';
import type { Lease } from '../lease.ts';
import type { Descriptor } from '../manifest.ts';
import type { Reference } from '../reference.ts';
import { archiveError, toArchiveError } from './archive-error.ts';
import type { ArchivedImage } from './archived-image.ts';
import { ArchiveFiles } from './archive-files.ts';
import { DockerArchive } from './docker-archive.ts';
import { OciArchive } from './oci-archive.ts';

/** An image of an archive whose content is in the store, under the lease; index.json does not have it yet. */
export interface ReceivedImage extends ImageContent {
  readonly descriptor: Descriptor;
  readonly names: readonly Reference[];
}

/** What `receiveArchive` needs. */
export interface ReceiveArchiveOptions {
  /** The archive: tar, plain or compressed with gzip or zstd. */
  readonly archive: AsyncIterable<Uint8Array>;
  readonly store: ContentStore;
  readonly lease: Lease;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings all images of an archive into the store: OCI image layouts, what `docker save` writes, and both in one, as
 * Docker 25 and later write.
 *
 * @throws IMAGE_ARCHIVE_INVALID, the signal's reason, or what the archive's source throws
 */
export async function receiveArchive(
  options: ReceiveArchiveOptions,
): Promise<readonly ReceivedImage[]> {
  const { store, lease, signal } = options;
  try {
    const files = await ArchiveFiles.receive(options.archive, lease, signal);
    const images = await findImages(files, options);
    const received: ReceivedImage[] = [];
    for (const { descriptor, names, blobs } of images) {
      signal?.throwIfAborted();
      for (const blob of blobs) await lease.commit(blob);
      received.push({ ...(await readImageContent(store, descriptor.digest)), descriptor, names });
    }
    return received;
  } catch (error) {
    throw toArchiveError(error);
  }
}

async function findImages(
  files: ArchiveFiles,
  { lease, store }: ReceiveArchiveOptions,
): Promise<readonly ArchivedImage[]> {
  const docker = new DockerArchive(files, lease);
  const oci = await new OciArchive(files, lease, store).images();
  const images = oci ?? (await docker.images());
  if (images === undefined || images.length === 0) {
    throw archiveError('it has no image; wanted "manifest.json", or "oci-layout" and "index.json"');
  }
  if (oci === undefined) return images;
  const names = await docker.names();
  return names.size === 0 ? images : oci.map((image) => withNames(image, names));
}

/** Adds the names of manifest.json, which is the older and, by Docker's own reading, the better known place. */
function withNames(
  image: ArchivedImage,
  names: ReadonlyMap<string, readonly Reference[]>,
): ArchivedImage {
  const more = image.blobs.flatMap(({ digest }) => names.get(digest) ?? []);
  return { ...image, names: [...image.names, ...more] };
}

import { BerthError } from '../../errors/berth-error.ts';
import type { ContentStore } from '../content-store.ts';
import { readImageContent } from '../image-catalog.ts';
import type { ImageContent } from '../image-catalog.ts';
import type { Platform } from '../image-config.ts';
import { isFor } from '../image-platform.ts';
import type { Lease } from '../lease.ts';
import type { Descriptor } from '../manifest.ts';
import { formatPlatform } from '../platform.ts';
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
  /** Only images for this platform; of an index, the one for it. */
  readonly platform?: Platform | undefined;
}

/**
 * Brings all images of an archive into the store: OCI image layouts, what `docker save` writes, and both in one, as
 * Docker 25 and later write.
 *
 * @throws IMAGE_ARCHIVE_INVALID, PLATFORM_UNAVAILABLE, the signal's reason, or what the archive's source throws
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
    return forPlatform(received, options.platform);
  } catch (error) {
    throw toArchiveError(error);
  }
}

function forPlatform(
  images: readonly ReceivedImage[],
  platform: Platform | undefined,
): readonly ReceivedImage[] {
  if (platform === undefined) return images;
  const wanted = images.filter((image) => isFor(image, platform));
  if (wanted.length > 0) return wanted;
  throw new BerthError('PLATFORM_UNAVAILABLE', {
    message: `the image archive has no image for the requested platform (${formatPlatform(platform)})`,
    remedy: `Leave the platform out, or name one that it has: ${images.map(({ config }) => formatPlatform(config)).join(', ')}.`,
    details: { wanted: formatPlatform(platform) },
  });
}

async function findImages(
  files: ArchiveFiles,
  { lease, store, platform }: ReceiveArchiveOptions,
): Promise<readonly ArchivedImage[]> {
  const docker = new DockerArchive(files, lease);
  const oci = await new OciArchive({ files, lease, store, platform }).images();
  const images = oci ?? (await docker.images());
  if (images === undefined || oci?.length === 0) {
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

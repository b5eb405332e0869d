import type { ContentStore } from '../content-store.ts';
import type { Digest } from '../digest.ts';
import { hexOf } from '../digest.ts';
import type { Platform } from '../image-config.ts';
import { parseIndexFile } from '../layout-index.ts';
import type { Lease } from '../lease.ts';
import { parseManifest } from '../manifest.ts';
import type { Descriptor } from '../manifest.ts';
import { choosePlatform, hostPlatform } from '../platform.ts';
import type { ReceivedBlob } from '../received-blob.ts';
import type { Reference } from '../reference.ts';
import { archiveError } from './archive-error.ts';
import type { ArchivedImage } from './archived-image.ts';
import type { ArchiveFiles } from './archive-files.ts';

/** What an `OciArchive` reads from, and for whom. */
export interface OciArchiveOptions {
  readonly files: ArchiveFiles;
  readonly lease: Lease;
  readonly store: ContentStore;
  /** The host's own when left out. */
  readonly platform: Platform | undefined;
}

/** Reads an OCI image layout that was packed into an archive (OCI image-spec 1.1, image-layout.md). */
export class OciArchive {
  readonly #files: ArchiveFiles;
  readonly #lease: Lease;
  readonly #store: ContentStore;
  readonly #platform: Platform;

  constructor({ files, lease, store, platform }: OciArchiveOptions) {
    this.#files = files;
    this.#lease = lease;
    this.#store = store;
    this.#platform = platform ?? hostPlatform();
  }

  /** The images, one for each manifest; `undefined` when the archive is no OCI layout. @throws MANIFEST_INVALID */
  async images(): Promise<readonly ArchivedImage[] | undefined> {
    const index = await this.#files.document('index.json');
    if (index === undefined || this.#files.find('oci-layout') === undefined) return undefined;
    const found = new Map<
      Digest,
      { descriptor: Descriptor; names: Reference[]; blobs: readonly ReceivedBlob[] }
    >();
    for (const { descriptor, name } of parseIndexFile(index, '"index.json" of the archive')) {
      const image = await this.#image(descriptor);
      const known = found.get(image.descriptor.digest) ?? { ...image, names: [] };
      if (name !== undefined) known.names.push(name);
      found.set(image.descriptor.digest, known);
    }
    return [...found.values()];
  }

  /** Follows a descriptor to an image: of an index, the one for the platform, or else the first. */
  async #image(descriptor: Descriptor): Promise<Pick<ArchivedImage, 'descriptor' | 'blobs'>> {
    const bytes = await this.#document(descriptor.digest);
    const parsed = parseManifest(bytes, `manifest "${descriptor.digest}"`);
    if (parsed.kind === 'index') {
      const chosen =
        choosePlatform(parsed.index, this.#platform) ?? this.#firstPresent(parsed.index.manifests);
      if (chosen === undefined)
        throw archiveError(`index "${descriptor.digest}" leads to no image in it`);
      return this.#image(chosen);
    }
    const { config, layers } = parsed.manifest;
    const needed = [descriptor.digest, config.digest, ...layers.map(({ digest }) => digest)];
    const blobs: ReceivedBlob[] = [];
    for (const digest of new Set(needed)) {
      const file = this.#file(digest);
      if (file !== undefined) blobs.push(file);
      // Docker and skopeo may leave out what the other side has.
      else if (!(await this.#lease.holdIfPresent(digest)))
        throw archiveError(`it has no content "${digest}"`);
    }
    return { descriptor: { ...descriptor, size: bytes.byteLength }, blobs };
  }

  /** Attestations, which are images of the platform `unknown/unknown` in form only, do not count. */
  #firstPresent(descriptors: readonly Descriptor[]): Descriptor | undefined {
    const images = descriptors.filter(({ platform }) => platform?.os !== 'unknown');
    return images.find(({ digest }) => this.#file(digest) !== undefined);
  }

  #file(digest: Digest): ReceivedBlob | undefined {
    return this.#files.find(`blobs/sha256/${hexOf(digest)}`);
  }

  async #document(digest: Digest): Promise<Uint8Array> {
    const bytes = await this.#files.document(`blobs/sha256/${hexOf(digest)}`);
    if (bytes !== undefined) return bytes;
    if (await this.#lease.holdIfPresent(digest)) return this.#store.blobs.read(digest);
    throw archiveError(`it has no manifest "${digest}"`);
  }
}

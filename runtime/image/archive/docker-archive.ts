import { z } from 'zod';

import { parseDocument, parseImageConfig } from '../manifest.ts';
import type { Descriptor } from '../manifest.ts';
import { mediaTypes } from '../media-types.ts';
import { parseReference, withDefaultTag } from '../reference.ts';
import type { Reference } from '../reference.ts';
import { detectCompression } from '../../tar/decompress.ts';
import type { Compression } from '../../tar/decompress.ts';
import type { Lease } from '../lease.ts';
import type { ReceivedBlob } from '../received-blob.ts';
import { archiveError } from './archive-error.ts';
import type { ArchivedImage } from './archived-image.ts';
import type { ArchiveFiles } from './archive-files.ts';

/** The file manifest.json of `docker save` (moby's image/spec, v1.2, "Combined Image JSON + Filesystem Changeset"). */
const manifestFileSchema = z.array(
  z.looseObject({
    Config: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    Layers: z.array(z.string()).nullish(),
  }),
);

type ManifestFileEntry = z.infer<typeof manifestFileSchema>[number];

/** Names that manifest.json gives a configuration, by the configuration's digest. */
export type DockerNames = ReadonlyMap<string, readonly Reference[]>;

const layerTypes: Readonly<Record<Compression, string>> = {
  none: mediaTypes.ociLayer,
  gzip: mediaTypes.ociLayerGzip,
  zstd: mediaTypes.ociLayerZstd,
};

/** Reads what `docker save` wrote. It has no manifests as registries have them: they are made here. */
export class DockerArchive {
  readonly #files: ArchiveFiles;
  readonly #lease: Lease;

  constructor(files: ArchiveFiles, lease: Lease) {
    this.#files = files;
    this.#lease = lease;
  }

  /** The images; `undefined` when the archive has no manifest.json. @throws MANIFEST_INVALID, IMAGE_ARCHIVE_INVALID */
  async images(): Promise<readonly ArchivedImage[] | undefined> {
    const entries = await this.#entries();
    if (entries === undefined) return undefined;
    const images: ArchivedImage[] = [];
    for (const entry of entries) images.push(await this.#image(entry));
    return images;
  }

  /** Only the names, for an archive that has the images in OCI's form too, as Docker 25 and later write. */
  async names(): Promise<DockerNames> {
    const names = new Map<string, readonly Reference[]>();
    for (const entry of (await this.#entries()) ?? []) {
      const config = this.#file(entry.Config);
      names.set(config.digest, [...(names.get(config.digest) ?? []), ...namesOf(entry)]);
    }
    return names;
  }

  async #entries(): Promise<readonly ManifestFileEntry[] | undefined> {
    const bytes = await this.#files.document('manifest.json');
    return bytes && parseDocument(manifestFileSchema, bytes, '"manifest.json" of the archive');
  }

  #file(path: string): ReceivedBlob {
    const file = this.#files.find(path);
    if (file === undefined)
      throw archiveError(`its manifest.json names "${path}", which is not in it`);
    return file;
  }

  async #image(entry: ManifestFileEntry): Promise<ArchivedImage> {
    const config = this.#file(entry.Config);
    const configBytes = (await this.#files.document(entry.Config)) ?? new Uint8Array();
    const { rootfs, architecture, os, variant } = parseImageConfig(
      configBytes,
      `"${entry.Config}" of the archive`,
    );
    const layers = (entry.Layers ?? []).map((path) => this.#file(path));
    const wanted = rootfs.diff_ids?.length ?? 0;
    if (layers.length !== wanted) {
      throw archiveError(
        `"${entry.Config}" has ${layers.length} layers; wanted ${wanted}, as its configuration says`,
      );
    }
    const manifest = await this.#makeManifest(config, layers);
    const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
    return {
      descriptor: { ...descriptorOf(manifest, mediaTypes.ociManifest), platform },
      names: namesOf(entry),
      blobs: [manifest, config, ...layers],
    };
  }

  async #makeManifest(
    config: ReceivedBlob,
    layers: readonly ReceivedBlob[],
  ): Promise<ReceivedBlob> {
    const layerDescriptors: Descriptor[] = [];
    for (const layer of layers) {
      const type = layerTypes[detectCompression(await layer.head())];
      layerDescriptors.push(descriptorOf(layer, type));
    }
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: descriptorOf(config, mediaTypes.ociConfig),
      layers: layerDescriptors,
    };
    return this.#lease.receive([Buffer.from(JSON.stringify(manifest))]);
  }
}

function descriptorOf({ digest, sizeBytes }: ReceivedBlob, mediaType: string): Descriptor {
  return { mediaType, digest, size: sizeBytes };
}

function namesOf({ RepoTags }: ManifestFileEntry): readonly Reference[] {
  return (RepoTags ?? []).map((tag) => {
    try {
      return withDefaultTag(parseReference(tag));
    } catch (error) {
      throw archiveError(`its manifest.json has the name "${tag}", which is none`, error);
    }
  });
}

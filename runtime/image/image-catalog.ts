import { BerthError, isBerthError } from '../errors/berth-error.ts';
import type { ContentStore } from './content-store.ts';
import { hexOf, isDigest } from './digest.ts';
import type { Digest } from './digest.ts';
import type { ImageConfig } from './image-config.ts';
import { parseImageConfig, parseManifest } from './manifest.ts';
import type { Descriptor, Manifest } from './manifest.ts';
import { choosePlatform, hostPlatform, platformUnavailable } from './platform.ts';
import { canonicalName, familiarName, lookupName } from './reference.ts';
import type { Reference } from './reference.ts';

/** What a manifest says of an image. */
export interface ImageContent {
  /** Digest of the configuration: the image's id. */
  readonly id: Digest;
  /** The manifest that this host runs: for an index, the one of its platform. */
  readonly manifestDigest: Digest;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
}

/** An image of the store, with its names. */
export interface StoredImage extends ImageContent {
  readonly names: readonly Reference[];
  /** The first of its entries in index.json. */
  readonly descriptor: Descriptor;
  /** Digests on which index.json has its names. Several, when the same configuration came in several manifests. */
  readonly indexed: ReadonlySet<Digest>;
}

/** DiffIDs of an image's layers, lowest first. */
export function diffIdsOf(config: ImageConfig): readonly Digest[] {
  return config.rootfs.diff_ids ?? [];
}

/** The images of a content store, read from index.json and the blobs it leads to, and found by name or id. */
export class ImageCatalog {
  readonly #store: ContentStore;
  /** By the digest in index.json. Content does not change, so what was read once stays true. */
  readonly #contents = new Map<Digest, ImageContent>();

  constructor(store: ContentStore) {
    this.#store = store;
  }

  /** All images whose manifest and configuration can be read. */
  async images(): Promise<readonly StoredImage[]> {
    const found = new Map<
      Digest,
      ImageContent & { descriptor: Descriptor; names: Reference[]; indexed: Set<Digest> }
    >();
    for (const { descriptor, name } of this.#store.entries) {
      const content = await this.#readOrSkip(descriptor);
      if (content === undefined) continue;
      const known = found.get(content.id);
      const image = known ?? { ...content, descriptor, names: [], indexed: new Set() };
      if (name !== undefined) image.names.push(name);
      image.indexed.add(descriptor.digest);
      found.set(content.id, image);
    }
    return [...found.values()];
  }

  /** @throws IMAGE_NOT_FOUND */
  async byId(id: Digest): Promise<StoredImage> {
    const image = (await this.images()).find((candidate) => candidate.id === id);
    if (image === undefined) throw imageNotFound(id);
    return image;
  }

  /** Finds an image as `ImageService.resolve` says. */
  async resolve(nameOrId: string): Promise<StoredImage> {
    const images = await this.images();
    const id = /^[0-9a-f]{64}$/.test(nameOrId) ? `sha256:${nameOrId}` : nameOrId;
    if (isDigest(id)) return images.find((image) => image.id === id) ?? fail(imageNotFound(id));
    const name = lookupName(nameOrId);
    const named = this.#store.entries.find(
      (entry) => entry.name && canonicalName(entry.name) === canonicalName(name),
    );
    if (named !== undefined) return this.byId((await this.#read(named.descriptor)).id);
    return byPrefix(images, nameOrId) ?? fail(imageNotFound(familiarName(name)));
  }

  /** Reads what a descriptor of a manifest or an index leads to. */
  async #read(descriptor: Descriptor): Promise<ImageContent> {
    const known = this.#contents.get(descriptor.digest);
    if (known !== undefined) return known;
    const content = await readImageContent(this.#store, descriptor.digest);
    this.#contents.set(descriptor.digest, content);
    return content;
  }

  async #readOrSkip(descriptor: Descriptor): Promise<ImageContent | undefined> {
    try {
      return await this.#read(descriptor);
    } catch (error) {
      // One damaged image must not hide the others; whoever asks for it by name is told.
      if (isBerthError(error)) return undefined;
      throw error;
    }
  }
}

/**
 * Reads the manifest and the configuration of an image of the store.
 *
 * @throws BLOB_MISSING, BLOB_CORRUPT, MANIFEST_INVALID, PLATFORM_UNAVAILABLE
 */
export async function readImageContent(store: ContentStore, digest: Digest): Promise<ImageContent> {
  const parsed = parseManifest(await store.blobs.read(digest), `manifest "${digest}"`);
  if (parsed.kind === 'index') {
    const chosen = choosePlatform(parsed.index, hostPlatform());
    if (chosen === undefined) throw platformUnavailable(parsed.index, hostPlatform(), digest);
    return readImageContent(store, chosen.digest);
  }
  const { manifest } = parsed;
  const id = manifest.config.digest;
  const config = parseImageConfig(await store.blobs.read(id), `image configuration "${id}"`);
  const layerCount = diffIdsOf(config).length;
  if (layerCount !== manifest.layers.length) {
    throw new BerthError('MANIFEST_INVALID', {
      message: `manifest "${digest}" has ${manifest.layers.length} layers; wanted ${layerCount}, as its configuration has`,
      remedy:
        'Build or fetch the image again: its configuration and its layers do not belong together.',
    });
  }
  return { id, manifestDigest: digest, manifest, config };
}

function byPrefix(images: readonly StoredImage[], text: string): StoredImage | undefined {
  const prefix = text.replace(/^sha256:/, '');
  if (!/^[0-9a-f]+$/.test(prefix)) return undefined;
  const matches = images.filter(({ id }) => hexOf(id).startsWith(prefix));
  if (matches.length > 1) {
    throw new BerthError('IMAGE_ID_AMBIGUOUS', {
      message: `No such image: ${text} is the beginning of ${matches.length} image ids; wanted one`,
      remedy: 'Give more digits of the id.',
      details: { prefix, ids: matches.map(({ id }) => id) },
    });
  }
  return matches[0];
}

function fail(error: BerthError): never {
  throw error;
}

/** An IMAGE_NOT_FOUND error, in the words that clients of Docker know. */
export function imageNotFound(name: string): BerthError {
  return new BerthError('IMAGE_NOT_FOUND', {
    message: `No such image: ${name}`,
    remedy: 'List the images with "berth images", or pull or load this one.',
    details: { image: name },
  });
}

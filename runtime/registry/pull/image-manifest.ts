import type { FetchedImage } from '../../image/image-source.ts';
import { parseManifest } from '../../image/manifest.ts';
import type { Descriptor, ImageIndex, Manifest } from '../../image/manifest.ts';
import { mediaTypes } from '../../image/media-types.ts';
import { choosePlatform, platformUnavailable, unnamedPlatforms } from '../../image/platform.ts';
import { familiarName } from '../../image/reference.ts';
import { fetchManifest } from './manifest-fetch.ts';
import type { SourcedManifest } from './manifest-fetch.ts';
import type { PullSession } from './pull-session.ts';
import { registryError } from '../registry-error.ts';

/** The manifest of an image for one platform, and who had it. */
export interface ResolvedImage extends Omit<FetchedImage, 'downloaded'> {
  readonly manifest: Manifest;
  readonly source: string;
}

/** Indexes in indexes are allowed (OCI image-index.md); deeper than this, or more, is a mistake or an attack. */
const deepestIndex = 4;
const mostIndexes = 16;

/**
 * Finds the manifest for the platform, and puts it into the store.
 *
 * @throws MANIFEST_UNKNOWN, MANIFEST_INVALID, PLATFORM_UNAVAILABLE, REGISTRY_RESPONSE_INVALID ...
 */
export async function resolveImage(session: PullSession): Promise<ResolvedImage> {
  const { reference, platform, lease } = session.request;
  const first = await manifestOf(reference.digest ?? reference.tag ?? 'latest', session);
  const found = await new ImageSearch(session).find({ manifest: first, depth: 0 });
  if (found === undefined) {
    const name = familiarName(reference);
    const parsed = parseManifest(first.bytes, `manifest "${first.digest}" of "${name}"`);
    const index: ImageIndex =
      parsed.kind === 'index' ? parsed.index : { schemaVersion: 2, manifests: [] };
    throw platformUnavailable(index, platform, name);
  }
  await lease.add(found.sourced.bytes);
  const { digest, source } = { digest: first.digest, source: found.sourced.source.source };
  return { digest, source, descriptor: found.descriptor, manifest: found.manifest };
}

interface FoundImage {
  readonly sourced: SourcedManifest;
  readonly descriptor: Descriptor;
  readonly manifest: Manifest;
}

interface Place {
  readonly manifest: SourcedManifest;
  /** How the index above has it. */
  readonly entry?: Descriptor;
  readonly depth: number;
}

/** Looks for the image of a platform in an index, and in the indexes in it. */
class ImageSearch {
  readonly #session: PullSession;
  readonly #name: string;
  #indexes = 0;

  constructor(session: PullSession) {
    this.#session = session;
    this.#name = familiarName(session.request.reference);
  }

  async find({ manifest: sourced, entry, depth }: Place): Promise<FoundImage | undefined> {
    const { platform: wanted } = this.#session.request;
    const parsed = parseManifest(sourced.bytes, `manifest "${sourced.digest}" of "${this.#name}"`);
    if (parsed.kind === 'image') {
      const own = descriptorOf(sourced, parsed.manifest);
      const descriptor = entry === undefined ? own : { ...own, ...platformOf(entry) };
      return { sourced, descriptor, manifest: parsed.manifest };
    }
    this.#indexes += 1;
    if (depth === deepestIndex || this.#indexes > mostIndexes) throw this.#tooMany();
    const chosen = choosePlatform(parsed.index, wanted);
    const entries = chosen === undefined ? unnamedPlatforms(parsed.index) : [chosen];
    for (const each of entries) {
      const manifest = await manifestOf(each.digest, this.#session);
      const found = await this.find({ manifest, entry: each, depth: depth + 1 });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #tooMany(): Error {
    return registryError(
      'REGISTRY_RESPONSE_INVALID',
      `"${this.#name}" has indexes in indexes, more than ${deepestIndex} deep or ${mostIndexes} in all; wanted an image`,
    );
  }
}

function manifestOf(selector: string, session: PullSession): Promise<SourcedManifest> {
  return fetchManifest(selector, {
    tools: session.tools,
    sources: () => session.sources(),
    onFailed: (source, error) => {
      session.manifestFailed(source, error);
    },
    signal: session.request.signal,
  });
}

function platformOf({ platform }: Descriptor): Pick<Descriptor, 'platform'> {
  return platform === undefined ? {} : { platform };
}

function descriptorOf({ digest, bytes }: SourcedManifest, { mediaType }: Manifest): Descriptor {
  return { mediaType: mediaType ?? mediaTypes.ociManifest, digest, size: bytes.byteLength };
}

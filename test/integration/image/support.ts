import { join } from 'node:path';

import { ContentStore } from '../../../runtime/image/content-store.ts';
import { digestOf } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';
import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import type { ImageSource } from '../../../runtime/image/image-source.ts';
import { Images } from '../../../runtime/image/images.ts';
import { mediaTypes } from '../../../runtime/image/media-types.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import { SnapshotStore } from '../../../runtime/snapshot/snapshot-store.ts';
import type { Launcher } from '../../../runtime/syscall/launcher.ts';
import { makeTar } from '../layer/support.ts';
import type { TarInput } from '../layer/support.ts';

/** The parts of the engine that have to do with images, joined as the daemon joins them. */
export interface ImageHost {
  readonly store: ContentStore;
  readonly snapshots: SnapshotStore;
  readonly images: Images;
}

/** Opens the images of a data root. */
export async function openHost(
  dataRoot: string,
  launcher: Launcher,
  source: ImageSource = new Registry(),
): Promise<ImageHost> {
  const store = await ContentStore.open(join(dataRoot, 'images'));
  const snapshots = await SnapshotStore.open({ dataRoot, runner: launcher });
  return { store, snapshots, images: new Images({ store, stacks: snapshots, source }) };
}

/** How `makeImage` makes an image. */
export interface ImageRecipe {
  readonly reference?: string;
  /** One tar archive a layer, lowest first. */
  readonly layers: readonly (readonly TarInput[])[];
  readonly config?: object;
  readonly created?: string;
  /** Fields of the configuration besides the usual ones. */
  readonly platform?: object;
}

/** Makes an image in memory. */
export async function makeImage(recipe: ImageRecipe): Promise<ImageBlobs> {
  const blobs = new Map<Digest, Uint8Array>();
  const add = (
    mediaType: string,
    bytes: Uint8Array,
  ): { mediaType: string; digest: Digest; size: number } => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.byteLength };
  };
  const layers = [];
  for (const entries of recipe.layers)
    layers.push(add(mediaTypes.ociLayer, await makeTar(entries)));
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : 'arm64',
    os: 'linux',
    created: recipe.created ?? '2020-01-02T03:04:05Z',
    ...recipe.platform,
    config: { Cmd: ['/bin/true'], ...recipe.config },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: add(mediaTypes.ociConfig, Buffer.from(JSON.stringify(config))),
    layers,
  };
  const { digest } = add(mediaTypes.ociManifest, Buffer.from(JSON.stringify(manifest)));
  return { reference: recipe.reference ?? 'test:latest', manifestDigest: digest, blobs };
}

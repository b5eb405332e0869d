import { digestOf } from './digest.ts';
import type { Digest } from './digest.ts';
import { helloWorldReference } from './hello-world-reference.ts';
import type { ImageBlobs } from './image-model.ts';
import { mediaTypes } from './media-types.ts';

/** What `helloWorldImage` is made of. */
export interface HelloWorldOptions {
  /** As Go names it. */
  readonly architecture: 'amd64' | 'arm64';
  /** A static ELF program that prints its text and exits with 0. */
  readonly program: Uint8Array;
}

/** The image's date. Fixed, so that the same program always gives the same image, bit for bit. */
const createdAt = '2026-11-21T00:00:00Z';

async function collect(chunks: AsyncIterable<unknown>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk as Uint8Array);
  return Buffer.concat(all);
}

/** The layer: one file, /hello. Not compressed, as what a compressor writes depends on its version. */
async function makeLayer(program: Uint8Array): Promise<Uint8Array> {
  const { pack } = await import('tar-stream');
  const archive = pack();
  archive.entry(
    { name: 'hello', mode: 0o755, uid: 0, gid: 0, mtime: new Date(0) },
    Buffer.from(program),
  );
  archive.finalize();
  return collect(archive);
}

/**
 * Makes the hello-world image: bit for bit the same for the same program.
 *
 * @returns Blobs for `ImageService.importImage`, or `writeArchive`
 */
export async function helloWorldImage({
  architecture,
  program,
}: HelloWorldOptions): Promise<ImageBlobs> {
  const blobs = new Map<Digest, Uint8Array>();
  const add = (mediaType: string, bytes: Uint8Array): object => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.byteLength };
  };
  const json = (document: object): Uint8Array => Buffer.from(JSON.stringify(document));

  const layer = await makeLayer(program);
  const config = json({
    created: createdAt,
    author: 'berth',
    architecture,
    os: 'linux',
    ...(architecture === 'arm64' ? { variant: 'v8' } : {}),
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['/hello'],
      WorkingDir: '/',
    },
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    history: [{ created: createdAt, created_by: 'berth', comment: 'the image that berth carries' }],
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: add(mediaTypes.ociConfig, config),
    layers: [add(mediaTypes.ociLayer, layer)],
  });
  add(mediaTypes.ociManifest, manifest);
  return { reference: helloWorldReference, manifestDigest: digestOf(manifest), blobs };
}

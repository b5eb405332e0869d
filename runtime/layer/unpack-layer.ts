import { createHash } from 'node:crypto';

import { BerthError } from '../errors/berth-error.ts';
import { mkdir, rm } from '../host/files.ts';
import { digestOfHex } from '../image/digest.ts';
import type { Digest } from '../image/digest.ts';
import { decompress } from '../tar/decompress.ts';
import { readTar } from '../tar/tar-reader.ts';
import type { ProgramRunner } from './filesystem-batch.ts';
import { toLayerError } from './layer-error.ts';
import { LayerWriter } from './layer-writer.ts';

/** What `unpackLayer` needs. */
export interface UnpackOptions {
  /** The layer's blob: a tar archive, plain or compressed with gzip or zstd. */
  readonly source: AsyncIterable<Uint8Array>;
  /** Absolute path of the folder to make; it must not exist, its parent must. */
  readonly root: string;
  /** Digest that the uncompressed archive has to have (OCI image-spec 1.1, config.md, "Layer DiffID"). */
  readonly diffId: Digest;
  readonly runner: ProgramRunner;
  readonly signal?: AbortSignal | undefined;
}

/** What `unpackLayer` made. */
export interface UnpackedLayer {
  /** Bytes of all files. */
  readonly sizeBytes: number;
}

/**
 * Unpacks a layer into a new folder in overlayfs's form: whiteouts are character devices 0:0, opaque folders have
 * the attribute `trusted.overlay.opaque`. It is complete, but not yet on the disk: syncfs(2) is the caller's.
 *
 * @throws LAYER_INVALID, LAYER_DIFF_ID_MISMATCH, LAYER_UNPACK_FAILED, COMPRESSION_UNSUPPORTED, the signal's reason,
 *   or what the source throws; then the folder is gone
 */
export async function unpackLayer(options: UnpackOptions): Promise<UnpackedLayer> {
  const { root, runner } = options;
  await mkdir(root, { mode: 0o755 });
  const writer = new LayerWriter(runner, root);
  try {
    await unpack(writer, options);
    return { sizeBytes: writer.sizeBytes };
  } catch (error) {
    await writer.settled();
    await rm(root, { recursive: true, force: true });
    throw toLayerError(error);
  }
}

async function unpack(
  writer: LayerWriter,
  { source, diffId, signal }: UnpackOptions,
): Promise<void> {
  const hash = createHash('sha256');
  for await (const entry of readTar(tap(decompress(source), (chunk) => hash.update(chunk)))) {
    signal?.throwIfAborted();
    await writer.write(entry);
  }
  const actual = digestOfHex(hash.digest('hex'));
  if (actual !== diffId) {
    throw new BerthError('LAYER_DIFF_ID_MISMATCH', {
      message: `the layer unpacks to "${actual}"; wanted "${diffId}"`,
      remedy:
        'Build or fetch the image again: its configuration and its layers do not belong together.',
      details: { actual, wanted: diffId },
    });
  }
  await writer.finish();
}

async function* tap(
  source: AsyncIterable<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of source) {
    onChunk(chunk);
    yield chunk;
  }
}

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';

import { hexOf } from '../../../runtime/image/digest.ts';
import type { ImageBlobs, PullEvent, PullOptions } from '../../../runtime/image/image-service.ts';
import type { Images } from '../../../runtime/image/images.ts';
import { parseManifest } from '../../../runtime/image/manifest.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import type { RegistryConfig } from '../../../runtime/registry/registry-config.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { makeImage, openHost } from '../image/support.ts';
import { temporaryFolder } from '../layer/support.ts';

/** What a test of pulls works with: an image to push, and a host to pull it to. */
export interface PullFixture {
  /** Two layers; the second is large, and its bytes differ from run to run. */
  readonly image: () => ImageBlobs;
  readonly images: () => Images;
  readonly dataRoot: () => string;
  /** The hex digits of the digest of the image's large layer. */
  readonly largeLayer: () => string;
  /** Pulls, with the given configuration of registries, and returns the events. */
  readonly pull: (
    reference: string,
    options?: PullOptions,
    config?: Partial<RegistryConfig>,
  ) => Promise<PullEvent[]>;
  /** All that images have on the disk, for comparing. */
  readonly kept: () => readonly string[];
}

/** Makes the fixture anew for each test of the file that calls it. */
export function usePullFixture(): PullFixture {
  let launcher: Launcher;
  let dataRoot: string;
  let images: Images;
  let image: ImageBlobs;
  beforeAll(async () => {
    launcher = await Launcher.start();
    image = await makeImage({
      layers: [
        [{ name: 'bin/sh', content: 'shell' }],
        [{ name: 'large', content: randomBytes(300_000) }],
      ],
    });
  });
  afterAll(() => launcher.stop());
  beforeEach(async () => {
    dataRoot = await temporaryFolder();
    images = (await openHost(dataRoot, launcher)).images;
  });
  return {
    image: () => image,
    images: () => images,
    dataRoot: () => dataRoot,
    largeLayer: () => secondLayer(image),
    pull: async (reference, options, config) => {
      if (config !== undefined)
        images = (await openHost(dataRoot, launcher, new Registry(config))).images;
      const events: PullEvent[] = [];
      for await (const event of images.pull(reference, options)) events.push(event);
      return events;
    },
    kept: () => {
      const find =
        'find images/blobs images/ingest snapshots -mindepth 1 ! -name durable | sort; cat images/index.json';
      return execFileSync('sh', ['-c', find], { cwd: dataRoot, encoding: 'utf8' }).split('\n');
    },
  };
}

function secondLayer({ blobs, manifestDigest }: ImageBlobs): string {
  const parsed = parseManifest(blobs.get(manifestDigest) ?? Buffer.alloc(0), 'manifest');
  const layer = parsed.kind === 'image' ? parsed.manifest.layers[1] : undefined;
  return layer === undefined ? '' : hexOf(layer.digest);
}

import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mediaTypes } from '../../runtime/image/media-types.ts';
import { runChecked } from '../lab/run-command.ts';

/** A compressed layer in an {@link ImageLayout}. */
export interface BuiltLayer {
  readonly diffId: string;
  readonly descriptor: {
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number;
  };
}

/** What of an image is not its layers. */
export interface ImageFacts {
  readonly architecture?: string;
  readonly created?: string;
  /** `config` of the image's configuration. */
  readonly config?: object;
}

/** Writes an OCI image layout with GNU tar and gzip, not with berth's own code, so that neither is tried on itself. */
export class ImageLayout {
  readonly folder: string;
  readonly #blobs: string;
  readonly #manifests: object[] = [];

  constructor(folder: string) {
    this.folder = folder;
    this.#blobs = join(folder, 'blobs/sha256');
    mkdirSync(this.#blobs, { recursive: true });
    writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  }

  /** Packs files with GNU tar, the same bytes each time, and compresses them with gzip. @param selection Of tar */
  async addLayer(root: string, selection: readonly string[]): Promise<BuiltLayer> {
    const tar = join(this.folder, 'layer.tar');
    // No access and change times, no names of users: only what the files themselves say.
    const stable = ['--sort=name', '--mtime=@1700000000', '--numeric-owner', '--format=gnu'];
    await runChecked(['tar', '-C', root, '-cf', tar, ...stable, ...selection]);
    const diffId = await digestOfFile(tar);
    await runChecked(['gzip', '-n', '-6', tar]);
    const digest = await digestOfFile(`${tar}.gz`);
    const { size } = statSync(`${tar}.gz`);
    renameSync(`${tar}.gz`, this.#path(digest));
    return { diffId, descriptor: { mediaType: mediaTypes.ociLayerGzip, digest, size } };
  }

  /** Adds an image of these layers, lowest first. */
  addImage(name: string, layers: readonly BuiltLayer[], facts: ImageFacts = {}): void {
    this.#name(name, this.#imageOf(layers, facts));
  }

  /** Adds an index of images that differ in their architecture. */
  addIndex(name: string, architectures: readonly string[], layers: readonly BuiltLayer[]): void {
    const manifests = architectures.map((architecture) => ({
      ...this.#imageOf(layers, { architecture }),
      platform: { os: 'linux', architecture },
    }));
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
    this.#name(name, this.#addJson(mediaTypes.ociIndex, index));
  }

  #imageOf(layers: readonly BuiltLayer[], facts: ImageFacts): BuiltLayer['descriptor'] {
    const config = {
      architecture: facts.architecture ?? (process.arch === 'x64' ? 'amd64' : 'arm64'),
      os: 'linux',
      created: facts.created ?? '2026-01-01T00:00:00Z',
      config: { Cmd: ['/bin/sh'], Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'], ...facts.config },
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
      history: layers.map((_, i) => ({
        created: '2026-01-01T00:00:00Z',
        created_by: `layer ${i + 1}`,
      })),
    };
    return this.#addJson(mediaTypes.ociManifest, {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: this.#addJson(mediaTypes.ociConfig, config),
      layers: layers.map(({ descriptor }) => descriptor),
    });
  }

  #name(name: string, descriptor: BuiltLayer['descriptor']): void {
    const annotations = { 'org.opencontainers.image.ref.name': name };
    this.#manifests.push({ ...descriptor, annotations });
    const index = { schemaVersion: 2, manifests: this.#manifests };
    writeFileSync(join(this.folder, 'index.json'), JSON.stringify(index));
  }

  #addJson(mediaType: string, value: object): BuiltLayer['descriptor'] {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    writeFileSync(this.#path(digest), bytes);
    return { mediaType, digest, size: bytes.byteLength };
  }

  #path(digest: string): string {
    return join(this.#blobs, digest.replace('sha256:', ''));
  }
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

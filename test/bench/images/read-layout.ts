import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A descriptor (OCI image-spec 1.1, descriptor.md), as far as the benchmarks need it. */
export interface LayoutDescriptor {
  readonly digest: string;
  readonly size: number;
}

/** An image of an OCI layout. */
export interface LayoutImage {
  readonly manifest: LayoutDescriptor;
  readonly config: LayoutDescriptor;
  /** With the path of the blob, and the digest of what it is uncompressed. */
  readonly layers: readonly (LayoutDescriptor & {
    readonly path: string;
    readonly diffId: string;
  })[];
}

/** Reads what a layout has under a name. */
export function readLayoutImage(layout: string, name: string): LayoutImage {
  const pathOf = ({ digest }: LayoutDescriptor): string =>
    join(layout, 'blobs', digest.replace(':', '/'));
  const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
  const index = read(join(layout, 'index.json')) as {
    readonly manifests: readonly (LayoutDescriptor & { annotations: Record<string, string> })[];
  };
  const manifest = index.manifests.find(
    ({ annotations }) => annotations['org.opencontainers.image.ref.name'] === name,
  );
  if (manifest === undefined) throw new Error(`"${layout}" has no "${name}"`);
  const { config, layers } = read(pathOf(manifest)) as {
    readonly config: LayoutDescriptor;
    readonly layers: readonly LayoutDescriptor[];
  };
  const { rootfs } = read(pathOf(config)) as { rootfs: { diff_ids: readonly string[] } };
  return {
    manifest,
    config,
    layers: layers.map((layer, i) => ({
      ...layer,
      path: pathOf(layer),
      diffId: rootfs.diff_ids[i] ?? '',
    })),
  };
}

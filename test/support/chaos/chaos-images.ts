import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChecked } from '../../lab/run-command.ts';
import { type BuiltLayer, ImageLayout } from '../image-layout.ts';
import { SeededRandom } from './seeded-random.ts';

/** An image that pulls are tried with, and what there must be when one has completed. */
export interface ChaosImage {
  /** Path in the registry, without the registry's host. */
  readonly path: string;
  /** Of each layer's files, as {@link treeHash} gives it. */
  readonly trees: readonly string[];
}

/** Kilobytes of the layers that the images are made of: a megabyte is what a later pull goes on with. */
const layerKb: readonly number[] = [3000, 5, 1500, 200, 2500, 40];
/** Which layers the images have, lowest first. */
const recipes: readonly (readonly number[])[] = [[0, 1, 2], [0, 3], [1, 4, 5, 2], [5]];

/** Makes the images, and pushes them into a registry. */
export async function pushChaosImages(
  folder: string,
  registry: string,
): Promise<readonly ChaosImage[]> {
  const layout = new ImageLayout(join(folder, 'layout'));
  const layers: { readonly built: BuiltLayer; readonly tree: string }[] = [];
  for (const [i, kb] of layerKb.entries()) {
    const root = join(folder, `layer-${i}`);
    writeFiles(root, kb, new SeededRandom(i));
    layers.push({ built: await layout.addLayer(root, ['.']), tree: treeHash(root) });
  }
  const images: ChaosImage[] = [];
  for (const [i, recipe] of recipes.entries()) {
    const used = recipe.flatMap((number) => layers[number] ?? []);
    layout.addImage(
      `image-${i}`,
      used.map(({ built }) => built),
    );
    const path = `chaos/image-${i}:1`;
    const plain = ['--insecure-policy', '--dest-tls-verify=false', '--preserve-digests'];
    const [source, target] = [`oci:${layout.folder}:image-${i}`, `docker://${registry}/${path}`];
    await runChecked(['skopeo', 'copy', ...plain, source, target]);
    images.push({ path, trees: used.map(({ tree }) => tree).sort() });
  }
  return images;
}

/** A hash of the names, types and contents of all files below a folder. */
export function treeHash(root: string): string {
  const hash = createHash('sha256');
  for (const name of globSync('**', { cwd: root }).sort()) {
    const path = join(root, name);
    hash.update(`${name}\0`);
    if (statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

function writeFiles(root: string, kb: number, random: SeededRandom): void {
  const files = 1 + Math.min(20, Math.floor(kb / 50));
  for (let i = 0; i < files; i += 1) {
    const folder = join(root, `folder-${i % 4}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${i}`), random.bytes(Math.floor((kb * 1024) / files)));
  }
}

import { join, resolve } from 'node:path';
import { defaultAddress, parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { saveImages } from '../old-docker/save-images.ts';
import { imageNamesIn } from './archive-images.ts';
import type { BundleFile } from './bundle-file.ts';
import { imageIndexPath, imagesFolder, type ImageIndex } from './image-index.ts';

/** Where images come from. */
export interface ImageSources {
  /** Names that the running engine has, or paths of archives: `./x.tar`, `../x.tar`, `/x.tar`. */
  readonly images: readonly string[];
  /** Folder for what the engine hands out. */
  readonly scratch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Images that come with a bundle, one archive each, and the list of them.
 *
 * @throws BerthError BUNDLE_INPUT_INVALID for a file without images; what the engine answers for a name that it does not have
 */
export async function imageFiles(sources: ImageSources): Promise<readonly BundleFile[]> {
  const files: BundleFile[] = [];
  const index: ImageIndex = [];
  for (const image of sources.images) {
    const path = /^\.{0,2}\//.test(image) ? resolve(image) : await saved(image, sources);
    const names = [...(await imageNamesIn(path))];
    const file = `${(names[0] ?? image).replaceAll(/[^A-Za-z0-9.-]+/g, '_').replace(/^[._-]+/, '')}.tar`;
    index.push({ file, names });
    files.push({ path: `${imagesFolder}/${file}`, kind: 'data', content: { path } });
  }
  if (index.length === 0) return files;
  const ordered = index.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const text = Buffer.from(`${JSON.stringify(ordered, undefined, 2)}\n`);
  return [...files, { path: imageIndexPath, kind: 'data', content: text }];
}

async function saved(image: string, { scratch, env }: ImageSources): Promise<string> {
  const path = join(scratch, `${Buffer.from(image).toString('hex')}.tar`);
  const socket = parseEndpoint(env['BERTH_HOST'] ?? defaultAddress).socketPath;
  await saveImages({ socket, images: [image], path });
  return path;
}

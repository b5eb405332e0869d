import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { mirror } from '../../lab/image/packages.ts';
import { runChecked } from '../../lab/run-command.ts';
import { startRegistryProcess } from '../../support/registry-process.ts';
import { benchFolder } from './bench-folder.ts';
import { ImageLayout } from '../../support/image-layout.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** Debian as an image of five layers, with many small files, and a sibling with another fifth layer. */
export interface DebianImages {
  /** An OCI layout with both, under their tags. */
  readonly layout: string;
  /** The storage of a docker-registry that has both, as `library/debian:whole` and `library/debian:sibling`. */
  readonly registryStorage: string;
  /** The unpacked root file system. */
  readonly root: string;
}

/** Names of the two images in the registry. */
export const wholeImage = 'library/debian:whole';
export const siblingImage = 'library/debian:sibling';

/** To be raised when what follows builds something else from the same packages. */
const recipe = 1;
const include = 'perl';

/** The images, from the cache or built now: a minute, and half a gigabyte of disk. */
export async function debianImages(): Promise<DebianImages> {
  const key = createHash('sha256')
    .update(JSON.stringify([recipe, include]))
    .digest('hex');
  const folder = join(benchFolder('images'), key.slice(0, 12));
  const images = {
    layout: join(folder, 'layout'),
    registryStorage: join(folder, 'registry'),
    root: join(folder, 'root'),
  };
  if (existsSync(folder)) return images;
  // Built beside its place and then renamed, so a build that was cut short is never taken for a whole one.
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished);
  try {
    const root = join(unfinished, 'root');
    await bootstrap(root);
    await build(root, join(unfinished, 'layout'));
    await fill(join(unfinished, 'registry'), join(unfinished, 'layout'));
    renameSync(unfinished, folder);
  } finally {
    removeTree(unfinished);
  }
  return images;
}

async function bootstrap(root: string): Promise<void> {
  const cache = `--cache-dir=${benchFolder('debs')}`;
  const argv = ['--variant=minbase', '--merged-usr', `--include=${include}`, cache];
  // debootstrap mounts /proc: in a mount namespace of its own nothing of it is left.
  await runChecked([
    ...(['unshare', '--mount', '--', 'debootstrap'] as const),
    ...[...argv, 'bookworm', root, `${mirror()}/debian`],
  ]);
  for (const path of ['var/cache/apt', 'var/lib/apt/lists', 'var/log', 'dev', 'proc', 'sys']) {
    removeTree(join(root, path));
    mkdirSync(join(root, path));
  }
  copyFileSync('/bin/busybox', join(root, 'usr/bin/busybox'));
}

async function build(root: string, folder: string): Promise<void> {
  const layout = new ImageLayout(folder);
  const own = ['usr/lib', 'usr/share'];
  const documents = ['usr/share/doc', 'usr/share/man', 'usr/share/zoneinfo'];
  const without = (paths: readonly string[]): readonly string[] =>
    paths.map((path) => `--exclude=./${path}`);
  const shared = [
    await layout.addLayer(root, [...without(own), '.']),
    await layout.addLayer(root, ['./usr/lib']),
    await layout.addLayer(root, ['./usr/share/locale']),
    await layout.addLayer(root, [
      ...without([...documents, 'usr/share/locale']),
      ...['./usr/share'],
    ]),
  ];
  const inDocuments = documents.map((path) => `./${path}`);
  const moved = ['--transform=s,^./usr/share,./srv/documents,', ...inDocuments];
  layout.addImage('whole', [...shared, await layout.addLayer(root, inDocuments)]);
  layout.addImage('sibling', [...shared, await layout.addLayer(root, moved)]);
}

async function fill(storage: string, layout: string): Promise<void> {
  const registry = await startRegistryProcess({ storage });
  try {
    for (const name of [wholeImage, siblingImage]) {
      const source = `oci:${layout}:${name.replace(/.*:/, '')}`;
      const target = `docker://${registry.host}/${name}`;
      const plain = ['--insecure-policy', '--dest-tls-verify=false', '--preserve-digests'];
      await runChecked(['skopeo', 'copy', ...plain, source, target]);
    }
  } finally {
    await registry.stop();
  }
}

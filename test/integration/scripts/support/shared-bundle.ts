import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, utimes } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bundleParts } from '../bundle/make-test-bundle.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const child = fileURLToPath(new URL('shared-bundle-child.ts', import.meta.url));

/**
 * Where shared bundles are kept, one folder a state of the sources. In the checkout, not in the system's folder for
 * temporary files: they stay when the tests end, and nobody would remove them there. Among the libraries, where no linter
 * looks for sources.
 */
export const sharedBundlesFolder = join(repository, 'node_modules', '.cache', 'test-bundles');

/** A bundle that many tests read and none changes. */
export interface SharedBundle {
  readonly archive: string;
  /** Folder where it is unpacked: for root, as the checkout may be where nobody else gets. */
  readonly unpacked: string;
}

/**
 * A bundle of this checkout, made once for each state of the sources, whichever test asks first. For tests whose subject
 * is what a bundle does; those that are about making one make their own (`makeTestBundle`). Takes some ten seconds where
 * it has to be made.
 *
 * @param options.version What the bundle says it is, when that is to be another version than the checkout's.
 */
export async function sharedBundle(
  options: { readonly version?: string } = {},
): Promise<SharedBundle> {
  const version = options.version ?? '';
  const present = await presentBundle(join(sharedBundlesFolder, sourcesKey(repository, version)));
  if (present !== undefined) return present;
  await mkdir(sharedBundlesFolder, { recursive: true });
  // The kernel takes the lock back from whoever dies.
  const argv = [join(sharedBundlesFolder, 'lock'), process.execPath, child, version];
  const { stdout } = await promisify(execFile)('flock', argv);
  return JSON.parse(stdout) as SharedBundle;
}

/** The bundle in a folder of its own, and a note that it was used; `undefined` when there is none. */
export async function presentBundle(folder: string): Promise<SharedBundle | undefined> {
  if (!existsSync(folder)) return undefined;
  const now = new Date();
  await utimes(folder, now, now);
  const [name = ''] = await readdir(join(folder, 'unpacked'));
  return { archive: join(folder, 'bundle.tar.gz'), unpacked: join(folder, 'unpacked', name) };
}

/** A name for all that a bundle is made of: the sources in `root`, the libraries and Node.js. */
export function sourcesKey(root: string, version: string): string {
  const hash = createHash('sha256').update(`${process.version} ${process.arch} ${version}\n`);
  for (const part of bundleParts) {
    for (const path of filesIn(join(root, part))) {
      const content = readFileSync(path);
      hash.update(`${relative(root, path)} ${content.length}\n`).update(content);
    }
  }
  return hash.digest('hex');
}

/** Paths of all files at or below a path, in order. */
function filesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

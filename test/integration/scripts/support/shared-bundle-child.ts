import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyCheckout, makeTestBundle } from '../bundle/make-test-bundle.ts';
import {
  presentBundle,
  sharedBundlesFolder,
  sourcesKey,
  type SharedBundle,
} from './shared-bundle.ts';

/*
 * Makes the shared bundle of the version that is named, unless it is there, and prints where it is. Its caller holds the
 * lock. The name is that of the copy of the sources that the bundle is made of: the checkout may be edited meanwhile.
 */

/** Longer than any run of tests lasts: what was not asked for since then is of sources that are no more. */
const keptMs = 60 * 60_000;

const [version = ''] = process.argv.slice(2);
await removeOlder();
process.stdout.write(JSON.stringify(await made()));

async function made(): Promise<SharedBundle> {
  const checkout = await copyCheckout();
  try {
    const folder = join(sharedBundlesFolder, sourcesKey(checkout.root, version));
    const present = await presentBundle(folder);
    if (present !== undefined) return present;
    if (version !== '') await sayVersion(checkout.root);
    const making = await mkdtemp(join(sharedBundlesFolder, 'making-'));
    await makeTestBundle(checkout.root, { folder: making });
    await rename(making, folder);
    const bundle = await presentBundle(folder);
    if (bundle === undefined) throw new Error(`"${folder}" has gone`);
    return bundle;
  } finally {
    await checkout.remove();
  }
}

async function sayVersion(root: string): Promise<void> {
  const path = join(root, 'package.json');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/"version": "[^"]+"/, `"version": "${version}"`));
}

async function removeOlder(): Promise<void> {
  for (const name of await readdir(sharedBundlesFolder)) {
    const path = join(sharedBundlesFolder, name);
    // A test may just be removing what it has altered.
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    // Nobody else makes one now: what is half made was killed.
    const isOld = name.startsWith('making-') || Date.now() - mtimeMs > keptMs;
    if (isOld && name !== 'lock') await rm(path, { recursive: true, force: true });
  }
}

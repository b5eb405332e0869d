import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sourcesKey } from './shared-bundle.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const child = fileURLToPath(new URL('packed-checkout-child.ts', import.meta.url));

/** Where packed checkouts are kept, one folder a state of the sources. Not among the libraries: Node.js strips no types there. */
export const packedCheckoutsFolder = join(repository, '.cache', 'packed-checkouts');

/** A name for all that it is made of: the sources in `root`, and what makes it of them. */
export const packedKey = (root: string): string => sourcesKey(root, readFileSync(child, 'utf8'));

let packed: Promise<string> | undefined;

/**
 * This checkout with all of berth in one file that is compiled already, behind `scripts/main.ts` and `runtime/daemon.ts` as
 * in any checkout: berth takes itself for one, and its command line and daemon start in half the processor time. For tests
 * that start it by the hundred and whose subject is not how it is loaded. Made once for each state of the sources.
 *
 * @returns Its folder.
 */
export async function packedCheckout(): Promise<string> {
  packed ??= present();
  return packed;
}

/**
 * What Node.js is started with to be the berthd of the packed checkout, up to berthd's own arguments. A checkout's own takes
 * twice the processor time until it is ready.
 */
export async function packedBerthd(): Promise<readonly string[]> {
  const folder = await packedCheckout();
  // Those that kill berthd at every system call take longer than it is kept.
  await use(folder);
  return ['--disable-warning=ExperimentalWarning', join(folder, 'runtime/daemon.ts')];
}

async function present(): Promise<string> {
  const folder = join(packedCheckoutsFolder, packedKey(repository));
  if (existsSync(folder)) {
    await use(folder);
    return folder;
  }
  await mkdir(packedCheckoutsFolder, { recursive: true });
  // The kernel takes the lock back from whoever dies.
  const argv = [join(packedCheckoutsFolder, 'lock'), process.execPath, child];
  return (await promisify(execFile)('flock', argv)).stdout;
}

/** Notes that it was used, so that nobody takes it for an old one. */
async function use(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now);
}

import { join } from 'node:path';
import { nameProcess } from '../../runtime/host/name-process.ts';
import { runCompiledScript, type CompiledScript } from '../../runtime/host/compiled-script.ts';
import { writeFile } from '../../runtime/host/files.ts';
import type { BundleEntry } from './bundle-entry.ts';
import type { run } from './bundle-main.ts';

/*
 * What Node.js is started with in a bundle: few lines, because Node.js compiles them every time. All of berth is
 * `berth.js` beside it, which comes with what V8 has compiled of it (`berth.cache`).
 */

const cachePath = join(__dirname, 'berth.cache');

/** Starts one of berth's programs; it goes on until the process has nothing left to do. */
export async function start(entry: BundleEntry): Promise<void> {
  if (entry === 'daemon') nameProcess('berthd');
  const argv = process.argv.slice(2);
  const script = load(entry);
  const main = script.exports as { readonly run: typeof run };
  const exitCode = await main.run(entry, argv);
  if (entry === 'warm-up') await writeFile(cachePath, script.createCache());
  if (entry === 'cli' || entry === 'oci') {
    // eslint-disable-next-line no-restricted-properties -- this is the main of a bundle, as scripts/main.ts is of a checkout
    process.exit(exitCode);
  }
  // eslint-disable-next-line no-restricted-properties -- as above
  process.exitCode = exitCode;
}

/** Whether this Node.js takes what was compiled when the bundle was made. */
export function cacheState(): string {
  return load('cli').cache;
}

function load(entry: BundleEntry): CompiledScript {
  const file = { path: join(__dirname, 'berth.js'), cachePath };
  // What is compiled for the bundle must not depend on the folder in which that was done.
  return runCompiledScript(entry === 'warm-up' ? { ...file, name: '/berth.js' } : file);
}

import { join } from 'node:path';
import { nameProcess } from '../../runtime/host/name-process.ts';
import { runCompiledScript, type CompiledScript } from '../../runtime/host/compiled-script.ts';
import { writeFile } from '../../runtime/host/files.ts';
import { type BundleEntry, type BundleScriptName, scriptOf } from './bundle-entry.ts';
import type { run } from './bundle-main.ts';

/*
 * What Node.js is started with in a bundle: few lines, because Node.js compiles them every time. All of berth is
 * `berth.js` beside it, which comes with what V8 has compiled of it (`berth.cache`); `berth oci` is `oci.js`.
 */

const isWarmUp = (entry: BundleEntry): boolean => entry === 'warm-up' || entry === 'oci-warm-up';

const cachePathOf = (name: BundleScriptName): string => join(__dirname, `${name}.cache`);

/** Starts one of berth's programs; it goes on until the process has nothing left to do. */
export async function start(entry: BundleEntry): Promise<void> {
  if (entry === 'daemon') nameProcess('berthd');
  const argv = process.argv.slice(2);
  const name = scriptOf(entry, argv);
  const script = load(name, entry);
  const main = script.exports as { readonly run: typeof run };
  const exitCode = await main.run(entry, argv);
  if (isWarmUp(entry)) await writeFile(cachePathOf(name), script.createCache());
  if (entry === 'cli' || entry === 'oci') {
    // eslint-disable-next-line no-restricted-properties -- this is the main of a bundle, as scripts/main.ts is of a checkout
    process.exit(exitCode);
  }
  // eslint-disable-next-line no-restricted-properties -- as above
  process.exitCode = exitCode;
}

/** Whether this Node.js takes what was compiled when the bundle was made. */
export function cacheState(name: BundleScriptName): string {
  return load(name, name === 'oci' ? 'oci' : 'cli').cache;
}

function load(name: BundleScriptName, entry: BundleEntry): CompiledScript {
  const file = { path: join(__dirname, `${name}.js`), cachePath: cachePathOf(name) };
  // What is compiled for the bundle must not depend on the folder in which that was done.
  return runCompiledScript(isWarmUp(entry) ? { ...file, name: `/${name}.js` } : file);
}

import { runOciProcess } from '../oci/oci-process.ts';
import type { BundleEntry } from './bundle-entry.ts';

/*
 * `berth oci` by itself. Engines call it several times a container, and each time V8 reads all of a file and all that was
 * compiled of it: of the file with all of berth that took longer than the command.
 */

/** Runs `berth oci` with `argv`, the arguments of the program it is in. Resolves with its exit status. */
export async function run(entry: BundleEntry, argv: readonly string[]): Promise<number> {
  if (entry === 'oci-warm-up') {
    const { warmUpOci } = await import('./warm-up-oci.ts');
    return warmUpOci();
  }
  return runOciProcess(entry === 'cli' ? argv.slice(1) : argv);
}

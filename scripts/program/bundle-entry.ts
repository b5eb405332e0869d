/**
 * What a bundle's JavaScript can be started as. `oci`: the runtime for other engines. `thread`: the worker thread that unpacks
 * layers. `warm-up` and `oci-warm-up`: load what a start needs, so that a build can keep what was compiled.
 */
export type BundleEntry = 'cli' | 'daemon' | 'oci' | 'thread' | 'warm-up' | 'oci-warm-up';

/** The files that a bundle's JavaScript is in: all of berth, and the runtime for other engines by itself. */
export type BundleScriptName = 'berth' | 'oci';

/** The file that a program is in. `berth oci` is what `berth-oci` is. */
export function scriptOf(entry: BundleEntry, argv: readonly string[]): BundleScriptName {
  if (entry === 'oci' || entry === 'oci-warm-up') return 'oci';
  return entry === 'cli' && argv[0] === 'oci' ? 'oci' : 'berth';
}

/**
 * What a bundle's one JavaScript file can be started as. `oci`: the runtime for other engines. `thread`: the worker thread that unpacks layers. `warm-up`: loads
 * what a start needs, so that a build can keep what was compiled.
 */
export type BundleEntry = 'cli' | 'daemon' | 'oci' | 'thread' | 'warm-up';

/** A file of a bundle. */
export interface BundleFile {
  /** Below the bundle's folder, such as `lib/libc.so.6`. */
  readonly path: string;
  /** `program`: may be executed. */
  readonly kind: 'data' | 'program';
  /** Its bytes, or the path of a file on this host that has them: images are larger than memory. */
  readonly content: Buffer | { readonly path: string };
}

/** Permission bits of a file of a bundle. */
export function modeOf(kind: BundleFile['kind']): number {
  return kind === 'program' ? 0o755 : 0o644;
}

/** Files in the order in which a bundle has them: by name, byte for byte. */
export function inOrder(files: readonly BundleFile[]): readonly BundleFile[] {
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** A package as a repository's index names it. */
export interface IndexedPackage {
  readonly name: string;
  /** As the package manager writes it: `5:28.5.2-1~debian.12~bookworm`, `1:28.5.2-1.el9` (an epoch of 0 is left out). */
  readonly version: string;
  readonly url: URL;
  readonly sizeBytes: number;
  /** SHA-256 of the package, hexadecimal; `undefined` where the index has another digest. */
  readonly sha256?: string;
  /** Names of packages that it cannot do without, versions left out. */
  readonly depends: readonly string[];
}

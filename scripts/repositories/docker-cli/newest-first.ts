import type { PackageManager } from '../../packages/package-manager.ts';

/** Packages or the like, the newest version first, as the package manager compares them. */
export function newestFirst<T extends { readonly version: string }>(
  packages: readonly T[],
  { compareVersions }: Pick<PackageManager, 'compareVersions'>,
): readonly T[] {
  return packages.toSorted((a, b) => compareVersions(b.version, a.version));
}

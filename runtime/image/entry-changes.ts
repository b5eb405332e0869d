import type { Digest } from './digest.ts';
import type { IndexEntry } from './layout-index.ts';
import type { Descriptor } from './manifest.ts';
import { canonicalName } from './reference.ts';
import type { Reference } from './reference.ts';

/*
 * Changes to the entries of index.json, as pure functions for `ContentStore.update`. Each keeps these rules: a name is on
 * one entry at most, an image without a name has exactly one entry, and an image with names has one for each.
 */

/** Entries of images that lost their last name become entries without a name: dangling images, as Docker has them. */
function keepUnnamed(
  before: readonly IndexEntry[],
  after: readonly IndexEntry[],
): readonly IndexEntry[] {
  const kept = new Set(after.map(({ descriptor }) => descriptor.digest));
  const lost = new Map<Digest, IndexEntry>();
  for (const { descriptor } of before) {
    if (!kept.has(descriptor.digest)) lost.set(descriptor.digest, { descriptor, name: undefined });
  }
  return [...after, ...lost.values()];
}

const isNamed = (names: readonly Reference[]): ((entry: IndexEntry) => boolean) => {
  const wanted = new Set(names.map(canonicalName));
  return ({ name }) => name !== undefined && wanted.has(canonicalName(name));
};

/** Adds an image, and gives it names, taking them from other images that have them. */
export function addImage(
  entries: readonly IndexEntry[],
  descriptor: Descriptor,
  names: readonly Reference[],
): readonly IndexEntry[] {
  const takesName = isNamed(names);
  const unique = [...new Map(names.map((name) => [canonicalName(name), name])).values()];
  const isSame = (entry: IndexEntry): boolean => entry.descriptor.digest === descriptor.digest;
  const hasName =
    names.length > 0 || entries.some((entry) => isSame(entry) && entry.name !== undefined);
  const others = entries.filter(
    (entry) => !takesName(entry) && !(isSame(entry) && entry.name === undefined),
  );
  const added = hasName
    ? unique.map((name) => ({ descriptor, name }))
    : [{ descriptor, name: undefined }];
  return keepUnnamed(entries, [...others, ...added]);
}

/** Takes names away. Images that had no other stay, without a name. */
export function removeNames(
  entries: readonly IndexEntry[],
  names: readonly Reference[],
): readonly IndexEntry[] {
  const goes = isNamed(names);
  return keepUnnamed(
    entries,
    entries.filter((entry) => !goes(entry)),
  );
}

/** Takes images away, with all their names. */
export function removeManifests(
  entries: readonly IndexEntry[],
  manifests: ReadonlySet<Digest>,
): readonly IndexEntry[] {
  return entries.filter(({ descriptor }) => !manifests.has(descriptor.digest));
}

/** Puts another manifest of the same image in the place of one. Names by digest keep the one that they stand for. */
export function replaceManifest(
  entries: readonly IndexEntry[],
  from: Digest,
  descriptor: Descriptor,
): readonly IndexEntry[] {
  return entries.map((entry) =>
    entry.descriptor.digest === from && entry.name?.digest === undefined
      ? { ...entry, descriptor }
      : entry,
  );
}

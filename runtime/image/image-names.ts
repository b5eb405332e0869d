import { BerthError, isBerthError } from '../errors/berth-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { addImage, removeManifests, removeNames } from './entry-changes.ts';
import { imageNotFound } from './image-catalog.ts';
import type { StoredImage } from './image-catalog.ts';
import type { ImageParts } from './image-parts.ts';
import { isFor } from './image-platform.ts';
import { planRemoval } from './image-removal.ts';
import type { RemovedItem, RemoveImageOptions } from './image-model.ts';
import { formatPlatform } from './platform.ts';
import { canonicalName, familiarName, lookupName } from './reference.ts';
import type { Reference } from './reference.ts';

/** What makes an image unreadable. */
const damage: ReadonlySet<ErrorCode> = new Set([
  'BLOB_CORRUPT',
  'BLOB_MISSING',
  'MANIFEST_INVALID',
]);

/** As `ImageService.tag`. */
export async function tagImage(
  { store, catalog, events }: ImageParts,
  source: string,
  name: Reference,
): Promise<void> {
  const image = await catalog.resolve(source);
  await store.update((entries) => {
    const entry = entries.find(({ descriptor }) => image.indexed.has(descriptor.digest));
    // Removed since it was found.
    if (entry === undefined) throw imageNotFound(source);
    return addImage(entries, entry.descriptor, [name]);
  });
  events.tell('tag', image, familiarName(name));
}

/** As `ImageService.remove`. */
export async function removeImage(
  parts: ImageParts,
  nameOrId: string,
  options: RemoveImageOptions,
): Promise<readonly RemovedItem[]> {
  let image: StoredImage;
  try {
    image = await parts.catalog.resolve(nameOrId);
  } catch (error) {
    if (!isBerthError(error) || !damage.has(error.code)) throw error;
    return removeDamaged(parts, nameOrId);
  }
  refuseOtherPlatform(image, nameOrId, options);
  const { store, imports, events } = parts;
  const plan = planRemoval(image, nameOrId, options);
  await store.update((entries) => {
    const rest = removeNames(entries, plan.untag);
    return plan.image === 'goes' ? removeManifests(rest, image.indexed) : rest;
  });
  const untagged = plan.untag.map((name): RemovedItem => {
    events.tell('untag', image);
    return { kind: 'untagged', reference: familiarName(name) };
  });
  if (plan.image === 'stays') return untagged;
  const layers = await imports.collectGarbage();
  events.tell('delete', image);
  const deleted = [image.id, ...layers].map((digest): RemovedItem => ({ kind: 'deleted', digest }));
  return [...untagged, ...deleted];
}

/** Images are here for one platform each: to remove another one's is to remove nothing. */
function refuseOtherPlatform(
  image: StoredImage,
  nameOrId: string,
  { platform }: RemoveImageOptions,
): void {
  if (platform === undefined || isFor(image, platform)) return;
  throw new BerthError('PLATFORM_UNAVAILABLE', {
    message: `image with reference ${nameOrId} was found but does not provide the specified platform (${formatPlatform(platform)})`,
    remedy: 'Leave the platform out, or name one that the image is here for.',
    details: { image: nameOrId, wanted: formatPlatform(platform) },
  });
}

/** An image whose manifest or configuration is lost has no id any more; its name can still go. */
async function removeDamaged(
  { store, imports }: ImageParts,
  text: string,
): Promise<readonly RemovedItem[]> {
  const name = lookupName(text);
  await store.update((entries) =>
    entries.filter(
      (entry) => entry.name === undefined || canonicalName(entry.name) !== canonicalName(name),
    ),
  );
  await imports.collectGarbage();
  return [{ kind: 'untagged', reference: familiarName(name) }];
}

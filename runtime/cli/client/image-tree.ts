import type { Fields } from './fields.ts';
import {
  fieldsAt,
  fieldsOf,
  flagAt,
  listOf,
  numberAt,
  optionalNumber,
  optionalText,
  textAt,
  textsAt,
} from './fields.ts';

/** One manifest of an image: what it is for one platform. */
export interface TreeManifest {
  readonly id: string;
  /** Such as `linux/arm64/v8`. */
  readonly platform: string;
  /** Whether all of it is here. */
  readonly available: boolean;
  /** Unpacked and packed together. */
  readonly totalBytes: number;
  /** Packed, as it travels. */
  readonly contentBytes: number;
  readonly inUse: boolean;
}

/** An image with its manifests. */
export interface TreeImage {
  readonly id: string;
  readonly names: readonly string[];
  readonly sizeBytes: number;
  /** `undefined` when the daemon does not tell. */
  readonly contentBytes: number | undefined;
  readonly inUse: boolean;
  readonly manifests: readonly TreeManifest[];
}

function platformOf(fields: Fields): string {
  const parts = ['os', 'architecture', 'variant'].map((key) => optionalText(fields, key));
  return parts.filter((part) => part !== '').join('/') || 'unknown';
}

function treeManifest(fields: Fields): TreeManifest {
  const size = fieldsAt(fields, 'Size');
  const image = fieldsAt(fields, 'ImageData');
  return {
    id: textAt(fields, 'ID'),
    platform: platformOf(fieldsAt(image, 'Platform')),
    available: flagAt(fields, 'Available'),
    totalBytes: optionalNumber(size, 'Total'),
    contentBytes: optionalNumber(size, 'Content'),
    inUse: listOf(image['Containers'], 'Containers').length > 0,
  };
}

function treeImage(value: unknown): TreeImage {
  const fields = fieldsOf(value, 'image');
  const all = listOf(fields['Manifests'], 'Manifests').map((each) => fieldsOf(each, 'Manifests'));
  // Attestations are manifests too, and take room, but they are no platform.
  const manifests = all.filter((each) => optionalText(each, 'Kind') === 'image').map(treeManifest);
  const content = all.map((each) => optionalNumber(fieldsAt(each, 'Size'), 'Content'));
  return {
    id: textAt(fields, 'Id'),
    names: textsAt(fields, 'RepoTags')
      .filter((name) => !name.startsWith('<none>'))
      .toSorted(),
    sizeBytes: numberAt(fields, 'Size'),
    contentBytes: all.length === 0 ? undefined : content.reduce((total, each) => total + each, 0),
    inUse: optionalNumber(fields, 'Containers') > 0 || manifests.some(({ inUse }) => inUse),
    manifests,
  };
}

/**
 * The images in the answer of `GET /images/json?manifests=1`, by name; those without one come last.
 *
 * @throws API_RESPONSE_INVALID
 */
export function treeImages(answer: unknown): readonly TreeImage[] {
  const nameOf = ({ names }: TreeImage): string => names[0] ?? '\uffff';
  return listOf(answer, 'images')
    .map(treeImage)
    .toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

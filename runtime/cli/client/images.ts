import { splitImageName } from './reference.ts';
import { fieldsOf, listOf, numberAt, optionalNumber, textAt, textsAt } from './fields.ts';

/** What stands for a missing name, as in Docker's tables. */
const none = '<none>';

/** A line of `berth images`: one for each tag (or digest) of an image. */
export interface ImageRow {
  /** With its algorithm: `sha256:...`. */
  readonly id: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  /** Seconds since 1970. */
  readonly createdSeconds: number;
  readonly sizeBytes: number;
}

function imageRow(value: unknown): readonly ImageRow[] {
  const fields = fieldsOf(value, 'image');
  const image = {
    id: textAt(fields, 'Id'),
    createdSeconds: optionalNumber(fields, 'Created'),
    sizeBytes: numberAt(fields, 'Size'),
  };
  const written = (name: string): boolean => !name.startsWith(none);
  const tags = textsAt(fields, 'RepoTags').filter(written).map(splitImageName);
  const digests = textsAt(fields, 'RepoDigests').filter(written).map(splitImageName);
  const digestOf = (repository: string): string =>
    digests.find((digest) => digest.name === repository)?.tag ?? none;
  if (tags.length > 0) {
    return tags.map(({ name, tag }) => ({
      ...image,
      repository: name,
      tag,
      digest: digestOf(name),
    }));
  }
  const { name = none, tag: digest = none } = digests[0] ?? {};
  return [{ ...image, repository: name, tag: none, digest }];
}

/**
 * The lines for the answer of `GET /images/json`.
 *
 * @throws API_RESPONSE_INVALID
 */
export function imageRows(answer: unknown): readonly ImageRow[] {
  return listOf(answer, 'images').flatMap(imageRow);
}

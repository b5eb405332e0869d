/** An image's name, taken apart only as far as the API's query wants it. The daemon checks the rest. */
export interface ImageName {
  readonly name: string;
  /** Tag or digest; `latest` when the user names none. */
  readonly tag: string;
  /** Whether `tag` was written. */
  readonly explicit: boolean;
}

/** Splits `registry:5000/name:tag` or `name@sha256:...`: a colon before the last slash belongs to a port. */
export function splitImageName(reference: string): ImageName {
  const digestAt = reference.indexOf('@');
  if (digestAt >= 0) {
    return {
      name: reference.slice(0, digestAt),
      tag: reference.slice(digestAt + 1),
      explicit: true,
    };
  }
  const colon = reference.lastIndexOf(':');
  return colon > reference.lastIndexOf('/')
    ? { name: reference.slice(0, colon), tag: reference.slice(colon + 1), explicit: true }
    : { name: reference, tag: 'latest', explicit: false };
}

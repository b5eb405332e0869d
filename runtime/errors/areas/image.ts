import type { ErrorArea } from './area.ts';

/** Errors of `runtime/image`. */
export const imageErrors = {
  DIGEST_INVALID: {
    http: 400,
    exit: 2,
    meaning: 'A digest is not "sha256:" followed by 64 lower-case hex digits.',
  },
  REFERENCE_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'An image name does not follow the grammar of image references.',
  },
  IMAGE_NOT_FOUND: {
    http: 404,
    exit: 1,
    meaning: 'No image on this host has the name or id that was asked for.',
  },
  IMAGE_ID_AMBIGUOUS: {
    http: 404,
    exit: 1,
    meaning: 'Several images have an id that begins with the digits that were given.',
  },
  IMAGE_IN_USE: {
    http: 409,
    exit: 1,
    meaning: 'An image cannot be removed because containers or other names need it.',
  },
  IMAGE_ARCHIVE_INVALID: {
    http: 400,
    exit: 1,
    meaning:
      'An image archive is damaged, incomplete or of an unknown kind; nothing of it was kept.',
  },
  MANIFEST_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A manifest, index or image configuration is not what its specification says.',
  },
  PLATFORM_UNAVAILABLE: {
    http: 404,
    exit: 1,
    meaning: 'An image index has no image for the processor and system that were asked for.',
  },
  COMPRESSION_UNSUPPORTED: {
    http: 400,
    exit: 1,
    meaning: 'A stream is compressed with something other than gzip or zstd.',
  },
  BLOB_CORRUPT: {
    http: 500,
    exit: 1,
    meaning:
      'Stored content no longer has its digest; it was removed so that it can be fetched again.',
  },
  BLOB_SUPERSEDED: {
    http: 500,
    exit: 1,
    meaning:
      'Bytes of a blob that was still arriving turned out wrong and were thrown away; the blob is fetched anew.',
  },
  BLOB_MISSING: {
    http: 500,
    exit: 1,
    meaning: 'Content that an image needs is not in the store.',
  },
  IMAGE_STORE_INVALID: {
    http: 500,
    exit: 1,
    meaning: "The image store's index.json or oci-layout file cannot be read as such.",
  },
  IMAGE_STORE_UNWRITABLE: {
    http: 500,
    exit: 1,
    meaning: 'Content could not be written to the image store: its disk is full, or broken.',
  },
  CONTENT_MISMATCH: {
    http: 500,
    exit: 1,
    meaning:
      'Content that was to be stored does not have the digest or the size it was announced with.',
  },
  CONFIG_CHANGE_INVALID: {
    http: 400,
    exit: 1,
    meaning:
      'A change of an image configuration is not an instruction of a Dockerfile that can be used for it.',
  },
} as const satisfies ErrorArea;

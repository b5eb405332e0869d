import type { ErrorArea } from './area.ts';

/** Errors of `runtime/tar`, `runtime/layer` and `runtime/snapshot`. */
export const layerErrors = {
  TAR_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A stream is not a tar archive, or it ends too early.',
  },
  LAYER_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A layer is not a whole tar stream, or an entry of it would reach outside the layer.',
  },
  LAYER_DIFF_ID_MISMATCH: {
    http: 400,
    exit: 1,
    meaning: "A layer's unpacked bytes do not have the DiffID that the image configuration names.",
  },
  LAYER_UNPACK_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'A layer could not be written to this host, for example because the disk is full.',
  },
  LAYER_PACK_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'No layer can be made of a container: something in it cannot be said in a layer.',
  },
  ARCHIVE_NOT_EXTRACTED: {
    http: 500,
    exit: 1,
    meaning:
      'An archive was not extracted: an entry would replace a folder by a file, or reach outside. The status is that of Docker.',
  },
  LAYER_TOO_LARGE: {
    http: 400,
    exit: 1,
    meaning: 'A layer expands without measure, or has more entries than berth has memory for.',
  },
  SNAPSHOT_MISSING: {
    http: 404,
    exit: 1,
    meaning: "A container's unpacked layers or its writable folders are not on the disk.",
  },
} as const satisfies ErrorArea;

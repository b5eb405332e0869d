import type { ErrorArea } from './area.ts';

/** Errors of `runtime/container/volumes`. */
export const volumeErrors = {
  VOLUME_NOT_FOUND: {
    http: 404,
    exit: 1,
    meaning: 'No volume has this name.',
  },
  VOLUME_NAME_INVALID: {
    http: 400,
    exit: 125,
    meaning:
      'A volume name has characters that Docker does not allow, or is too short or too long.',
  },
  VOLUME_DRIVER_UNKNOWN: {
    http: 404,
    exit: 125,
    meaning: 'A volume is to be made by a driver that is not there: berth has "local".',
  },
  VOLUME_OPTION_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'An option of the driver "local" is unknown, missing or out of place.',
  },
  VOLUME_IN_USE: {
    http: 409,
    exit: 1,
    meaning: 'Containers have the volume mounted, so it cannot be removed.',
  },
  VOLUME_PRUNE_RUNNING: {
    http: 409,
    exit: 1,
    meaning: 'Another request removes volumes that nobody uses.',
  },
  VOLUME_MOUNT_FAILED: {
    http: 500,
    exit: 125,
    meaning:
      'The file system of a volume cannot be mounted; the message has the reason of the kernel.',
  },
  VOLUME_RECORD_INVALID: {
    http: 500,
    exit: 1,
    meaning: 'The file that describes a volume cannot be read; the volume is left alone.',
  },
} as const satisfies ErrorArea;

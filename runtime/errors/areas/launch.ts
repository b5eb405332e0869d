import type { ErrorArea } from './area.ts';

/** Errors of `runtime/launch`. */
export const launchErrors = {
  EXEC_NOT_FOUND: {
    http: 400,
    exit: 127,
    meaning: 'The program of a container does not exist in its root file system.',
  },
  EXEC_NOT_EXECUTABLE: {
    http: 400,
    exit: 126,
    meaning: 'The program of a container exists but cannot be executed.',
  },
  CONTAINER_NOT_CREATED: {
    http: 409,
    exit: 1,
    meaning:
      'A container that is to be started does not wait for it: it runs already, or has ended.',
  },
  CRIU_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'CRIU could not write a container into images, or not restore it; its log says why.',
  },
  CRIU_UNAVAILABLE: {
    http: 500,
    exit: 1,
    meaning:
      'Containers cannot be checkpointed or restored here; the message says what is missing.',
  },
  HOOK_FAILED: {
    http: 500,
    exit: 125,
    meaning:
      'A hook of an OCI config has failed, and so has the start; the message names the hook.',
  },
  HOST_PORT_UNAVAILABLE: {
    http: 500,
    exit: 125,
    meaning:
      'A port of the host cannot be bound for a container: another process has it, or the host does not have the address.',
  },
  ID_MAPPING_REFUSED: {
    http: 400,
    exit: 125,
    meaning: 'The ids of a user namespace cannot be mapped as the config has it.',
  },
  NAMESPACE_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'A file that a config names as a namespace is none of that type, or cannot be joined.',
  },
  MOUNT_SOURCE_MISSING: {
    http: 400,
    exit: 125,
    meaning: 'The source of a bind mount is not there on the host.',
  },
  MOUNT_SOURCE_ESCAPES: {
    http: 400,
    exit: 125,
    meaning:
      'A part of a volume or an image that is to be mounted is behind a link that leads out.',
  },
  EXEC_FAILED: {
    http: 500,
    exit: 126,
    meaning:
      'A process could not be executed in a running container; the message names the step and the errno.',
  },
  ROOTFS_TOO_DEEP: {
    http: 400,
    exit: 125,
    meaning: 'An image has more layers than overlayfs can put on top of each other.',
  },
  START_FAILED: {
    http: 500,
    exit: 125,
    meaning: 'A container could not be started; the message names the step and the errno.',
  },
} as const satisfies ErrorArea;

import type { ErrorArea } from './area.ts';

/** Errors of `runtime/container`. */
export const containerErrors = {
  CONTAINER_NOT_FOUND: {
    http: 404,
    exit: 1,
    meaning: 'No container has this id, name or id prefix.',
  },
  CONTAINER_ID_AMBIGUOUS: {
    http: 400,
    exit: 1,
    meaning: 'Several containers have ids that begin like this.',
  },
  CONTAINER_NAME_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'A container name has characters that Docker does not allow, or is empty.',
  },
  CONTAINER_NAME_IN_USE: {
    http: 409,
    exit: 125,
    meaning: 'Another container has this name.',
  },
  CONTAINER_LINK_REFUSED: {
    http: 500,
    exit: 125,
    meaning:
      'A container cannot be linked to another one (`--link`), or a link cannot be removed; the message has the reason.',
  },
  CONTAINER_CONFIG_INVALID: {
    http: 400,
    exit: 125,
    meaning:
      'A field of a container configuration has a value that makes no sense; the message names the field.',
  },
  UNSUPPORTED_FIELD: {
    http: 400,
    exit: 125,
    meaning: 'A field of a container configuration asks for something that berth does not do yet.',
  },
  MOUNT_NOT_SHARED: {
    http: 500,
    exit: 125,
    meaning:
      'A bind is to share what is mounted in it with the host, and its source is in a mount that shares nothing; the status is that of Docker.',
  },
  CONTAINER_NOT_RUNNING: {
    http: 409,
    exit: 1,
    meaning: 'The operation needs a running container.',
  },
  CONTAINER_RUNNING: {
    http: 409,
    exit: 1,
    meaning: 'The operation needs a stopped container.',
  },
  CONTAINER_ALREADY_IN_STATE: {
    http: 304,
    exit: 0,
    meaning: 'The container is already started or stopped as asked; nothing was done.',
  },
  CONTAINER_PAUSED: {
    http: 409,
    exit: 1,
    meaning: 'The operation needs a container that is not paused.',
  },
  CONTAINER_NOT_PAUSED: {
    http: 500,
    exit: 1,
    meaning: 'A container that is not paused was to be unpaused; the status is that of Docker.',
  },
  CONTAINER_PRUNE_RUNNING: {
    http: 409,
    exit: 1,
    meaning: 'Another request removes containers that do not run.',
  },
  CONTAINER_UPDATE_CONFLICT: {
    http: 409,
    exit: 1,
    meaning: 'A new limit or restart policy does not go together with one that the container has.',
  },
  CONTAINER_PS_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'The processes of a container cannot be shown: ps(1) is missing, or has failed.',
  },
  CONTAINER_PATH_NOT_FOUND: {
    http: 404,
    exit: 1,
    meaning: 'A container has nothing at the path that was to be copied.',
  },
  CONTAINER_PATH_INVALID: {
    http: 400,
    exit: 1,
    meaning:
      'A path in a container is no folder, or is read-only, and nothing can be copied to it.',
  },
  CONTAINER_BEING_REMOVED: {
    http: 409,
    exit: 1,
    meaning: 'The container is being removed.',
  },
  CONTAINER_WILL_NOT_DIE: {
    http: 500,
    exit: 1,
    meaning: 'A container did not end after SIGKILL, for example because it hangs in the kernel.',
  },
  CONTAINER_USER_NOT_FOUND: {
    http: 400,
    exit: 125,
    meaning: "A user or group is not in the image's /etc/passwd or /etc/group.",
  },
  CONTAINER_RECORD_INVALID: {
    http: 500,
    exit: 1,
    meaning:
      "A container's record on disk cannot be read; the container is left alone and not shown.",
  },
  EXEC_INSTANCE_NOT_FOUND: {
    http: 404,
    exit: 1,
    meaning: 'No exec instance has this id; those that have ended are forgotten after a while.',
  },
  EXEC_ALREADY_STARTED: {
    http: 409,
    exit: 1,
    meaning: 'An exec instance was started before: each can be started once.',
  },
  EXEC_NOT_STARTED: {
    http: 400,
    exit: 1,
    meaning: 'The terminal of an exec instance that does not run was to be resized.',
  },
  EXEC_START_AWAITED: {
    http: 500,
    exit: 1,
    meaning: 'An exec instance was to be resized and was not started for ten seconds.',
  },
  EXEC_LIMIT_REACHED: {
    http: 409,
    exit: 1,
    meaning: 'A container has too many exec instances that have not ended.',
  },
  SIGNAL_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A signal is neither a name nor a number that Linux knows.',
  },
  FILTER_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A list or event filter is unknown or has a value that makes no sense.',
  },
  DETACH_KEYS_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A detach key sequence is not like "ctrl-p,ctrl-q" or "a,b".',
  },
  LOG_UNREADABLE: {
    http: 501,
    exit: 1,
    meaning: 'The log driver of a container keeps nothing that could be read.',
  },
  LOG_DRIVER_UNAVAILABLE: {
    http: 500,
    exit: 125,
    meaning: 'What the log driver of a container sends to is not there; the message names it.',
  },
  CHECKPOINT_INVALID: {
    http: 400,
    exit: 1,
    meaning:
      'A checkpoint has a name that Docker does not allow, or a directory that is not absolute.',
  },
  CHECKPOINT_NOT_FOUND: {
    http: 404,
    exit: 1,
    meaning: 'A container has no checkpoint of this name in the directory.',
  },
  CHECKPOINT_EXISTS: {
    http: 409,
    exit: 1,
    meaning: 'A checkpoint of this name is there already.',
  },
} as const satisfies ErrorArea;

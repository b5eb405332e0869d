import type { ErrorArea } from './area.ts';

/** Errors of `runtime/oci`. Its own exit status is that of runc: 1, whatever stands here; `exec` gives 255. */
export const ociErrors = {
  OCI_BUNDLE_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'The bundle of a container has no config.json or no root file system.',
  },
  OCI_CONTAINER_EXISTS: {
    http: 409,
    exit: 1,
    meaning: 'A container with this id exists already below the same --root.',
  },
  OCI_CONTAINER_MISSING: {
    http: 404,
    exit: 1,
    meaning: 'No container has this id below --root.',
  },
  OCI_CONTAINER_STATUS: {
    http: 409,
    exit: 1,
    meaning: 'A container is not in a status in which the command can be carried out.',
  },
  OCI_FILE_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'A file that the command needs cannot be read or written, as on a full disk.',
  },
  OCI_ID_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A container id is empty, or has characters that no file name should have.',
  },
  OCI_PID_FILE_UNWRITABLE: {
    http: 500,
    exit: 1,
    meaning: 'The file for the process id could not be written; the container was removed.',
  },
  OCI_PS_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'The processes of a container cannot be shown: ps(1) is missing, or has failed.',
  },
  OCI_ROOT_UNSAFE: {
    http: 403,
    exit: 1,
    meaning: 'Others than root and the caller can change what --root says of a container.',
  },
  OCI_SOCKET_UNREACHABLE: {
    http: 500,
    exit: 1,
    meaning:
      'A socket that the caller named for a terminal or a process takes no connection; the process was ended.',
  },
  OCI_STATE_INVALID: {
    http: 500,
    exit: 1,
    meaning: "A container's state file is cut short, or was written by a later berth.",
  },
  OCI_SYSTEMD_REFUSED: {
    http: 500,
    exit: 1,
    meaning: "systemd did not make, change or stop the scope of a container's cgroups.",
  },
  OCI_SYSTEMD_UNAVAILABLE: {
    http: 501,
    exit: 1,
    meaning: 'Cgroups were asked of systemd, which does not run this host, or does not answer.',
  },
} as const satisfies ErrorArea;

import type { ErrorArea } from './area.ts';

/** Errors of `scripts/`: the command line, provisioning, supervision. */
export const provisionErrors = {
  USAGE: {
    http: 400,
    exit: 2,
    meaning: 'The command line is not understood, or asks for a contradiction.',
  },
  INTERNAL: {
    http: 500,
    exit: 1,
    meaning: 'Something failed in a way that berth did not foresee: a bug.',
  },
  INTERRUPTED: {
    http: 499,
    exit: 130,
    meaning:
      'The user (Ctrl-C) or the system (SIGTERM) asked berth to stop; what was begun has been undone.',
  },
  NOT_ROOT: { http: 403, exit: 1, meaning: 'The verb changes the host and was not run as root.' },
  CONTAINERS_IN_DATA_ROOT: {
    http: 409,
    exit: 1,
    meaning:
      'Another data root was asked for while containers run whose data is in the present one.',
  },
  OLD_DOCKER_UNSTOPPABLE: {
    http: 500,
    exit: 1,
    meaning: 'The Docker that berth was asked to replace does not stop.',
  },
  OLD_DOCKER_IMPORT_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'Images or volumes of another Docker could not be taken over.',
  },
  CHECK_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'A host check failed that no step of the plan puts right.',
  },
  COMMAND_FAILED: {
    http: 500,
    exit: 1,
    meaning:
      'A program of the host (apt-get, groupadd, systemctl ...) is missing or ended with an error.',
  },
  DAEMON_CONFIG_INVALID: {
    http: 500,
    exit: 1,
    meaning: 'daemon.json is not a JSON object, or a key has a value that berth cannot merge with.',
  },
  PACKAGE_MANAGER_UNSUPPORTED: {
    http: 501,
    exit: 1,
    meaning: 'A package is needed and the host has no package manager that berth knows.',
  },
  PATH_IN_THE_WAY: {
    http: 409,
    exit: 1,
    meaning: 'Something that berth did not make is where berth needs a file or a folder.',
  },
  UP_RUNNING: {
    http: 409,
    exit: 1,
    meaning: 'Another berth process is changing this host at the moment.',
  },
  PLAN_INVALID: {
    http: 400,
    exit: 2,
    meaning: 'A saved plan cannot be read, was made by another version, or was changed by hand.',
  },
  PLAN_STALE: {
    http: 409,
    exit: 1,
    meaning: 'The host has changed since the plan was made; nothing was applied.',
  },
  STEP_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'A step of the plan failed; everything that the run had done was undone.',
  },
  ROLLBACK_INCOMPLETE: {
    http: 500,
    exit: 1,
    meaning:
      'Undoing left something behind; the journal keeps what remains, and `berth down` tries again.',
  },
  JOURNAL_CORRUPT: {
    http: 500,
    exit: 1,
    meaning: 'The provisioning journal has an unreadable record before its last one.',
  },
  SOCKET_TAKEN: {
    http: 409,
    exit: 1,
    meaning: 'Something that is not berth answers on, or lies at, the path of an API socket.',
  },
  DAEMON_NOT_READY: {
    http: 504,
    exit: 1,
    meaning: 'The daemon was started and did not answer on its socket in time.',
  },
  DAEMON_NOT_RUNNING: {
    http: 503,
    exit: 1,
    meaning: 'The verb needs a daemon and none is running.',
  },
  DAEMON_UNSTOPPABLE: {
    http: 500,
    exit: 1,
    meaning:
      'The daemon or its supervisor was still there after SIGTERM, the grace period and SIGKILL.',
  },
  CONTAINERS_UNSTOPPABLE: {
    http: 500,
    exit: 1,
    meaning:
      'A container did not stop when `berth down` asked the daemon to stop it; nothing was undone yet.',
  },
  SMOKE_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'The daemon answers, but the hello-world container did not run as it must.',
  },
} as const satisfies ErrorArea;

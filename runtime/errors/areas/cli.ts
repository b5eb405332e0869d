import type { ErrorArea } from './area.ts';

/** Errors of `runtime/cli`, the engine's own command line. */
export const cliErrors = {
  DAEMON_UNREACHABLE: {
    http: 503,
    exit: 1,
    meaning: 'Nothing answers on the socket of the API, or the caller may not open it.',
  },
  ENDPOINT_INVALID: {
    http: 400,
    exit: 2,
    meaning:
      'The address of the daemon is no `unix:///path`, `ssh://host`, or `tcp://host:port` with certificates.',
  },
  CONTEXT_NOT_FOUND: {
    http: 404,
    exit: 1,
    meaning: 'There is no context of that name.',
  },
  CONTEXT_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A context has a name or a file that cannot be used, or may not be changed.',
  },
  API_ERROR: {
    http: 500,
    exit: 1,
    meaning:
      'The daemon refused a request; the message is its own, `details.status` the HTTP status.',
  },
  API_RESPONSE_INVALID: {
    http: 502,
    exit: 1,
    meaning: 'The daemon answered with something that the Docker Engine API does not know.',
  },
  API_STREAM_BROKEN: {
    http: 502,
    exit: 1,
    meaning: 'The connection to the daemon ended in the middle of an answer.',
  },
  OPTION_INVALID: {
    http: 400,
    exit: 2,
    meaning:
      'The value of a command line option has the wrong form, or two options contradict each other.',
  },
  TERMINAL_MISSING: {
    http: 400,
    exit: 1,
    meaning: 'A terminal was asked for with `-i -t`, and standard input is none.',
  },
  CONTAINER_NOT_ATTACHABLE: {
    http: 409,
    exit: 1,
    meaning: '`berth attach` was asked to join a container that does not run, or is paused.',
  },
  OBJECT_NOT_FOUND: {
    http: 404,
    exit: 1,
    meaning: '`berth inspect` found neither a container nor an image of that name.',
  },
  IMAGE_PULL_FAILED: {
    http: 502,
    exit: 1,
    meaning: 'The daemon reported an error while it fetched or loaded an image.',
  },
  IMAGE_PUSH_FAILED: {
    http: 502,
    exit: 1,
    meaning: 'The daemon reported an error while it sent an image to a registry.',
  },
  IMAGE_IMPORT_FAILED: {
    http: 502,
    exit: 1,
    meaning: 'The daemon reported an error while it made an image from a file system.',
  },
  RUN_USAGE: {
    http: 400,
    exit: 125,
    meaning:
      'The command line of `berth run` is not understood; the exit code is that of `docker run`.',
  },
  CREDENTIALS_FILE_INVALID: {
    http: 500,
    exit: 1,
    meaning:
      "Docker's configuration file, where logins are kept, cannot be read; it is left as it is.",
  },
  CREDENTIALS_NOT_STORED: {
    http: 500,
    exit: 1,
    meaning: "A login could not be written to docker's configuration file.",
  },
  CREDENTIAL_HELPER_FAILED: {
    http: 500,
    exit: 1,
    meaning:
      'A credential helper (`docker-credential-...`) that the configuration names is missing, or failed.',
  },
  LOGIN_NEEDS_TERMINAL: {
    http: 400,
    exit: 1,
    meaning: '`berth login` was to ask for a name or password, and there is no terminal to ask on.',
  },
  OUTPUT_IS_TERMINAL: {
    http: 400,
    exit: 1,
    meaning: 'A tar archive would have been written to a terminal.',
  },
  OUTPUT_NOT_WRITTEN: {
    http: 500,
    exit: 1,
    meaning: 'The file for an archive cannot be written; nothing of it is left.',
  },
  COPY_INVALID: {
    http: 400,
    exit: 1,
    meaning: '`berth cp` was asked for a copy that the rules of `docker cp` do not allow.',
  },
  COPY_FAILED: {
    http: 500,
    exit: 1,
    meaning: '`berth cp` could not read or write a file of this host; `details.path` names it.',
  },
  CONTAINER_WAIT_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'The daemon could not tell the exit status of a container.',
  },
  RUN_INTERRUPTED: {
    http: 499,
    exit: 130,
    meaning:
      '`berth run` was interrupted before its container had started; what it had made is removed.',
  },
} as const satisfies ErrorArea;

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
    meaning: 'The address given by `--host` or `BERTH_HOST` is not of the form `unix:///path`.',
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

import type { ErrorArea } from './area.ts';

/** Errors of `runtime/api`. */
export const apiErrors = {
  API_ROUTE_NOT_FOUND: {
    http: 404,
    exit: 1,
    meaning: 'The Docker Engine API as berth serves it has no such method and path.',
  },
  API_VERSION_UNSUPPORTED: {
    http: 400,
    exit: 1,
    meaning: 'The client asks for an API version older or newer than berth speaks.',
  },
  API_REQUEST_INVALID: {
    http: 400,
    exit: 1,
    meaning:
      'A query parameter, header or JSON body of a request has the wrong form; the message names it.',
  },
  API_BODY_TOO_LARGE: {
    http: 413,
    exit: 1,
    meaning: 'The JSON body of a request is larger than berth accepts.',
  },
  API_NOT_IMPLEMENTED: {
    http: 501,
    exit: 1,
    meaning: 'This part of the Docker Engine API is not there yet.',
  },
  API_NO_SWARM: {
    http: 503,
    exit: 1,
    meaning: 'The request is for a swarm, and berth is in none: it has no Swarm mode.',
  },
  IMPORT_SOURCE_UNAVAILABLE: {
    http: 500,
    exit: 1,
    meaning: 'The URL that an image is to be imported from could not be downloaded.',
  },
  API_SOCKET_IN_USE: {
    http: 500,
    exit: 1,
    meaning:
      "Another process listens on the API's socket, or something else than a socket is at its path.",
  },
} as const satisfies ErrorArea;

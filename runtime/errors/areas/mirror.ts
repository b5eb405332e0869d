import type { ErrorArea } from './area.ts';

/** Errors of `runtime/mirror`. */
export const mirrorErrors = {
  MIRROR_IN_USE: {
    http: 409,
    exit: 1,
    meaning: 'Another mirror keeps its content in the same data root.',
  },
  MIRROR_LISTEN_FAILED: {
    http: 500,
    exit: 1,
    meaning: 'The mirror cannot listen on the address that it was given.',
  },
  MIRROR_REFUSED: {
    http: 403,
    exit: 1,
    meaning: 'A client asked the mirror for a registry or a package host that it may not ask.',
  },
} as const satisfies ErrorArea;

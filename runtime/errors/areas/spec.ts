import type { ErrorArea } from './area.ts';

/** Errors of `runtime/spec`: what is wrong with an OCI config.json. */
export const specErrors = {
  SPEC_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'A field of an OCI config has a wrong type or value; the message names the field.',
  },
  SPEC_UNSUPPORTED: {
    http: 400,
    exit: 125,
    meaning:
      'An OCI config asks for something that berth cannot do yet; the message names the field.',
  },
} as const satisfies ErrorArea;

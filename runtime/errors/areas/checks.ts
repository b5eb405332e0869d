import type { ErrorArea } from './area.ts';

/** Errors of `checks` and `scripts/check`. */
export const checkErrors = {
  CHECK_UNKNOWN: {
    http: 400,
    exit: 2,
    meaning: 'A check was named that does not exist.',
  },
  CHECK_SKIP_INVALID: {
    http: 400,
    exit: 2,
    meaning: 'A check was to be skipped without a reason, or was both chosen and skipped.',
  },
  CHECK_TIMEOUT: {
    http: 504,
    exit: 1,
    meaning: 'The probe of a check did not end within its time.',
  },
  CHECK_FIX_REFUSED: {
    http: 409,
    exit: 1,
    meaning:
      '`berth check --fix` found a provisioning run that was cut short; that one comes first.',
  },
  WAIVERS_INVALID: {
    http: 400,
    exit: 2,
    meaning: 'The file with waivers of checks is not of the form that docs/checks.md shows.',
  },
} as const satisfies ErrorArea;

import type { ErrorArea } from './area.ts';

/** Errors of `scripts/bundle`: making, installing and removing the self-contained form of berth. */
export const bundleErrors = {
  BUNDLE_INPUT_INVALID: {
    http: 500,
    exit: 1,
    meaning: 'A part that a bundle is to be made of is missing or of another form than expected.',
  },
  BUNDLE_ARCH_UNAVAILABLE: {
    http: 501,
    exit: 1,
    meaning: 'A bundle for this processor does not run here, or cannot be made here.',
  },
  BUNDLE_CORRUPT: {
    http: 500,
    exit: 1,
    meaning: 'A file of a bundle is missing or has another digest than its manifest says.',
  },
  BUNDLE_NOT_INSTALLED: {
    http: 500,
    exit: 1,
    meaning: 'A bundle could not be put into its place; nothing of it was left there.',
  },
} as const satisfies ErrorArea;

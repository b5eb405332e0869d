import type { ErrorArea } from './area.ts';

/** Errors of `berth upgrade`. */
export const upgradeErrors = {
  UPGRADE_TARGET_MISSING: {
    http: 404,
    exit: 1,
    meaning:
      'The version to change to is not there: no such bundle, or no such folder in /opt/berth.',
  },
  UPGRADE_NO_DEFINITION: {
    http: 500,
    exit: 1,
    meaning: 'The new version does not say how it wants to be started; nothing was changed.',
  },
  UPGRADE_UNHEALTHY: {
    http: 500,
    exit: 1,
    meaning:
      'The new version does not do what it must: answer, run hello-world, keep the containers. The old one runs again.',
  },
} as const satisfies ErrorArea;

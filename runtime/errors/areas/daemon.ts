import type { ErrorArea } from './area.ts';

/** Errors of berthd itself. */
export const daemonErrors = {
  DATA_ROOT_IN_USE: {
    http: 500,
    exit: 1,
    meaning: 'Another berthd that is running uses the same data root.',
  },
} as const satisfies ErrorArea;

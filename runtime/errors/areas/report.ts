import type { ErrorArea } from './area.ts';

/** Errors of `scripts/report`. */
export const reportErrors = {
  REPORT_COLLECTOR_TIMEOUT: {
    http: 504,
    exit: 1,
    meaning:
      'A part of a report was not gathered in its time. It stands in the report, which is made all the same.',
  },
} as const satisfies ErrorArea;

import { fieldsOf, listOf, optionalNumber, optionalText } from './fields.ts';

/** A step of an image's making, as `GET /images/{name}/history` lists it: the newest first. */
export interface HistoryRow {
  /** `<missing>` for a step that left no image of its own. */
  readonly id: string;
  /** Seconds since 1970; 0 when it is not known. */
  readonly createdSeconds: number;
  readonly createdBy: string;
  readonly sizeBytes: number;
  readonly comment: string;
}

/**
 * The steps in the answer of `GET /images/{name}/history`.
 *
 * @throws API_RESPONSE_INVALID
 */
export function historyRows(answer: unknown): readonly HistoryRow[] {
  return listOf(answer, 'history').map((value) => {
    const fields = fieldsOf(value, 'history');
    return {
      id: optionalText(fields, 'Id') || '<missing>',
      createdSeconds: optionalNumber(fields, 'Created'),
      createdBy: optionalText(fields, 'CreatedBy'),
      sizeBytes: optionalNumber(fields, 'Size'),
      comment: optionalText(fields, 'Comment'),
    };
  });
}

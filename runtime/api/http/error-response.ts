import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { catalogueEntry } from '../../errors/catalogue.ts';
import { toDiskError } from '../../host/disk-error.ts';

/** An error as the API answers it: Docker's `message`, and what berth knows besides. */
export interface ErrorResponse {
  readonly status: number;
  readonly body: {
    readonly message: string;
    readonly code?: string;
    readonly remedy?: string;
    /** By which the log knows the request. */
    readonly requestId: string;
  };
}

/** Turns anything that was thrown into an answer. */
export function errorResponse(thrown: unknown, requestId: string): ErrorResponse {
  const error = toDiskError(thrown);
  if (!(error instanceof BerthError)) {
    return { status: 500, body: { message: messageOf(error), requestId } };
  }
  const { code, message, remedy } = error;
  return {
    status: catalogueEntry(code).http,
    body: { message, code, ...(remedy === undefined ? {} : { remedy }), requestId },
  };
}

import type { ErrorCode } from './catalogue.ts';

/** What an error carries besides its code. */
export interface BerthErrorOptions {
  /** What happened, with the values in quotes, then what was wanted. */
  readonly message: string;
  /** What to do next, as one sentence. */
  readonly remedy?: string;
  /** Values for programs that read the error; JSON-serialisable. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class of berth: everything that is thrown on purpose is one of these. */
export class BerthError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, options: BerthErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BerthError';
    this.code = code;
    this.remedy = options.remedy;
    this.details = options.details ?? {};
  }
}

/** Whether `value` is a BerthError, with the given code when one is named. */
export function isBerthError(value: unknown, code?: ErrorCode): value is BerthError {
  return value instanceof BerthError && (code === undefined || value.code === code);
}

/** EDQUOT, for which Node.js has no word: it repeats this. */
const unknownQuotaError = /^Unknown system error -122: Unknown system error -122\b/;

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message.replace(unknownQuotaError, 'EDQUOT: disk quota exceeded');
}

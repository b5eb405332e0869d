/** What the catalogue knows of one error code. */
export interface ErrorEntry {
  /** HTTP status with which the API answers (RFC 9110, section 15). */
  readonly http: number;
  /** Exit status of the command line: 1 for a failure, 2 for wrong use, 125 to 127 as `docker run`. */
  readonly exit: number;
  /** One sentence for docs/errors.md: when this code is given. */
  readonly meaning: string;
}

/** Codes of one part of berth. Declare with `satisfies ErrorArea` so that the literal keys stay known. */
export type ErrorArea = Readonly<Record<string, ErrorEntry>>;

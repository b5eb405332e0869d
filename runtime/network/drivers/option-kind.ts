/** What the values of an option look like. */
export interface OptionKind {
  /** Such as `a whole number`. */
  readonly wanted: string;
  readonly accepts: (value: string) => boolean;
  /** What Docker says of a value that is not accepted, where that is not as for most options. */
  readonly says?: (key: string, value: string) => string;
}

/** One line of a `.list` file, or one paragraph of a `.sources` file, that is in force. */
export interface AptEntry {
  /** Where the entry begins: line number from 1. */
  readonly line: number;
  readonly types: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Option Signed-By, with the text of an embedded key as `embedded`. */
  readonly signedBy?: string;
}

/** Gives a URI of an entry its new value; the same means that it stays. */
export type MapUri = (uri: string, entry: AptEntry) => string;

/**
 * What a `TreeReader` and its program say to each other. All numbers are 64 bits, little-endian.
 *
 *     request: operation | bytes of the path | bytes of the name | limit, then the path and the name, each with a NUL
 *     answer:  result (or negative errno) | three more, by operation, then data
 */

/** Bytes in front of a request's path. */
export const requestSize = 32;
/** Bytes in front of an answer's data. */
export const answerSize = 32;
/** A path and a name together may have this many bytes: PATH_MAX and XATTR_NAME_MAX with room to spare. */
export const maxTextBytes = 8192;

/** What can be asked for. */
export const operation = {
  /** Nothing: the first request says that both pipes are open. */
  hello: 0,
  /** Answers with getdents64(2)'s bytes, piece by piece, until a result of 0 or less. */
  list: 1,
  /** Answer: result of newfstatat(2), bytes of the attributes' names, bytes of the link's target; then these three. */
  describe: 2,
  /** Answer: bytes of the value of an attribute, and the value. */
  attribute: 3,
  /** Answer: whether the file was opened; then pieces, each `bytes of data | bytes of a hole`, until both are 0. */
  content: 4,
} as const;

/** Bytes in front of a piece of content. */
export const pieceSize = 16;

/** Where and how a container's output is logged. */
export interface LogRequest {
  /** Lines are appended to it, as Docker's json-file driver writes them: see `log-lines.ts`. */
  readonly logFile: string;
  /** JSON of an object of strings that each line has as `attrs`; absent: none. */
  readonly logAttributes?: string | undefined;
  /** When a new file is begun; absent: never. */
  readonly logRotation?: LogRotation | undefined;
}

/** `<file>` is the newest, `<file>.1` the one before it, and so on. */
export interface LogRotation {
  /** A file that has at least so many gets no further line. */
  readonly maxBytes: number;
  /** Files in all; with 1 a new one takes the place of the old. */
  readonly maxFiles: number;
  /** `gzip`: somebody makes `<file>.<n>.gz` of older files, and holds a lock (flock(2)) on the folder while names change. */
  readonly older: 'plain' | 'gzip';
}

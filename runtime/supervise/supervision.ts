/** What is supervised, and how. */
export interface Supervision {
  /** Program and arguments of the daemon; the program is an absolute path. */
  readonly argv: readonly [string, ...string[]];
  /** Its whole environment, as `NAME=value`. */
  readonly environment: readonly string[];
  /** Its standard output and error are appended here. */
  readonly logFile: string;
  /** See `stateLayout`; exists while the supervisor does. */
  readonly stateFile: string;
  /** Pause before the next start, in milliseconds: doubled from `firstMs` to `longestMs`. */
  readonly backOff: {
    readonly firstMs: number;
    readonly longestMs: number;
    /** A daemon that has run this long was healthy: the next pause is `firstMs` again. */
    readonly resetAfterMs: number;
  };
  /** After SIGTERM, how long the daemon may take before SIGKILL, in milliseconds. */
  readonly graceMs: number;
}

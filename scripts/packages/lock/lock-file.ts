/** A file by which a package manager keeps others out, and how that is seen. */
export interface LockFile {
  readonly path: string;
  /**
   * `lock`: a process has locked the open file (fcntl(2), flock(2)). `pid`: the file holds the pid of a living process.
   * `open`: the file exists for as long as a process has it open; without one it was left by a process that was killed.
   */
  readonly proof: 'lock' | 'pid' | 'open';
}

/** Another process that has the package manager to itself. */
export interface LockHolder {
  readonly path: string;
  /** `undefined` when no process can be found: the lock was left behind, or lies in another PID namespace. */
  readonly pid: number | undefined;
  /** Its command line; empty when there is no process. */
  readonly command: string;
}

/** A wait for the package manager's lock, as it is told to whoever watches. */
export interface LockWait extends LockHolder {
  /** Since waiting began, in milliseconds. */
  readonly waitedMs: number;
}

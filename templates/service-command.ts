/** How the daemon is started, whatever starts it. */
export interface ServiceCommand {
  /** Program (an absolute path) and arguments. */
  readonly argv: readonly [string, ...string[]];
  /** Whole environment, as `NAME=value`. */
  readonly environment: readonly string[];
  /** Appended to, where the service manager keeps no log itself. */
  readonly logFile: string;
  /** SHA-256 of daemon.json: another configuration makes another definition, and so a restart. */
  readonly configDigest: string;
}

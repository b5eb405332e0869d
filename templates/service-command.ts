import { createHash } from 'node:crypto';

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
  /** Paths of the API's Unix sockets, and the group that may use them: for a service manager that opens them itself. */
  readonly sockets: readonly string[];
  readonly group: string;
}

/** Variable by which a running daemon tells which definition it was started from. */
export const definitionVariable = 'BERTH_DEFINITION';

/** Variable with the path of the log file that is the daemon's to keep short, where it has one. */
export const logFileVariable = 'BERTH_LOG_FILE';

/** The environment with the mark of this very definition. */
export function markedEnvironment(command: ServiceCommand): readonly string[] {
  const { argv, environment, configDigest } = command;
  const digest = createHash('sha256').update(JSON.stringify([argv, environment, configDigest]));
  return [...environment, `${definitionVariable}=${digest.digest('hex').slice(0, 16)}`];
}

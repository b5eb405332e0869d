import { logLimits } from './log-limits.ts';
import { logFileVariable, markedEnvironment, type ServiceCommand } from './service-command.ts';

/**
 * Puts a log that has become too long aside before the daemon starts. While it runs it does so itself, but one that cannot
 * even start, and is started again and again, would fill the disk with its complaints. By copying, because the log is this
 * very process's standard output; nobody else writes to it now.
 */
const rotateThenStart = [
  'log=$1',
  'shift',
  `if [ "$(wc -c <"$log")" -gt ${logLimits.maxBytes} ]`,
  'then mv -f "$log.2" "$log.3"',
  'mv -f "$log.1" "$log.2"',
  'cp -p "$log" "$log.1" && : >"$log"',
  'fi 2>/dev/null',
  'exec "$@"',
  // One line: OpenRC puts it through eval, for which a line end is a blank.
].join('; ');

/** Program and arguments of a daemon whose standard output is its log file. */
export function fileLoggedArgv(command: ServiceCommand): readonly [string, ...string[]] {
  return ['/bin/sh', '-c', rotateThenStart, 'berthd', command.logFile, ...command.argv];
}

/**
 * The same with nothing in its environment but what `environmentFile` holds, which only root can read: neither `env -i` with
 * the variables, which would be among the arguments of a process, nor `export` in the script that starts it.
 */
export function fileLoggedArgvReading(
  environmentFile: string,
  command: ServiceCommand,
): readonly [string, ...string[]] {
  const script = `set -a; . "$1"; set +a; shift; ${rotateThenStart}`;
  const { logFile, argv } = command;
  return [
    '/usr/bin/env',
    '-i',
    '/bin/sh',
    '-c',
    script,
    'berthd',
    environmentFile,
    logFile,
    ...argv,
  ];
}

/** Its environment: with the log's path, which makes the daemon keep it short. */
export function fileLoggedEnvironment(command: ServiceCommand): readonly string[] {
  return [...markedEnvironment(command), `${logFileVariable}=${command.logFile}`];
}

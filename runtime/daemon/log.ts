import { basename } from 'node:path';
import { pino, type Logger } from 'pino';
import { logLimits } from '../../templates/log-limits.ts';
import { logFileVariable } from '../../templates/service-command.ts';
import type { DaemonConfig } from '../config/daemon-config.ts';
import { isOpenFile, ShortLog } from '../host/short-log.ts';
import { textLine } from './log-text.ts';

/** Structured log of berthd: JSON lines on standard error, or lines of text (`log-format`). */
export type Log = Logger;

const standardError = 2;

/** Makes the log. Lines are written at once, so that none is lost when the daemon is killed. */
export function createLog(
  { logLevel, logFormat }: Pick<DaemonConfig, 'logLevel' | 'logFormat'>,
  env: Readonly<Record<string, string | undefined>>,
): Log {
  const to = destination(env[logFileVariable]);
  const asText = {
    write: (line: string): void => {
      to.write(textLine(line));
    },
  };
  return pino({ level: logLevel, base: {} }, logFormat === 'text' ? asText : to);
}

/** Where the service manager keeps no log itself, standard error is a file, and keeping that short is berthd's business. */
function destination(path: string | undefined): pino.DestinationStream {
  if (path === undefined || !isOpenFile(standardError, path)) {
    return pino.destination({ dest: standardError, sync: true });
  }
  return new ShortLog({
    descriptor: standardError,
    path,
    ...logLimits,
    firstLine: () => firstLine(path),
  });
}

function firstLine(path: string): string {
  const msg = `the log goes on here; what came before is in ${basename(path)}.1`;
  return `${JSON.stringify({ level: 30, time: Date.now(), msg })}\n`;
}

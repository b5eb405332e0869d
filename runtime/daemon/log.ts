import { pino, type Logger } from 'pino';

/** Structured log of berthd: JSON lines on standard error. */
export type Log = Logger;

/** Makes the log. Lines are written at once, so that none is lost when the daemon is killed. */
export function createLog(level: 'info' | 'debug'): Log {
  return pino({ level, base: {} }, pino.destination({ dest: 2, sync: true }));
}

import { hasErrno } from './files.ts';

/**
 * Sends a signal by number (kill(2)).
 * @returns false when there is no such process.
 */
export function sendSignal(pid: number, signal: number): boolean {
  try {
    // Not imported: an import of `node:process` opens the standard streams, which makes them non-blocking.
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (hasErrno(error, 'ESRCH')) return false;
    throw error;
  }
}

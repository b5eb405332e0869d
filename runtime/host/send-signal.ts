import { kill } from 'node:process';
import { hasErrno } from './files.ts';

/**
 * Sends a signal by number (kill(2)).
 * @returns false when there is no such process.
 */
export function sendSignal(pid: number, signal: number): boolean {
  try {
    kill(pid, signal);
    return true;
  } catch (error) {
    if (hasErrno(error, 'ESRCH')) return false;
    throw error;
  }
}

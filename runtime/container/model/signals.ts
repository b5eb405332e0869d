import { BerthError } from '../../errors/berth-error.ts';
import { signalNumber } from '../../syscall/signal-number.ts';

/** The number of SIGKILL, which no process can ignore. */
export const SIGKILL = 9;

/** The number of SIGTERM, with which a container is stopped unless it says otherwise. */
export const SIGTERM = 15;

/**
 * Reads a signal as `docker kill --signal` takes it: a number from 1 to 64, or a name with or without `SIG`, in any
 * case, such as `TERM`, `SIGUSR1`, `RTMIN+3`.
 *
 * @throws SIGNAL_INVALID
 */
export function parseSignal(text: string): number {
  const number = signalNumber(text);
  if (number !== undefined && number >= 1) return number;
  throw new BerthError('SIGNAL_INVALID', {
    message: `invalid signal: ${text}`,
    remedy: 'Give a signal by name, such as "SIGTERM", or as a number from 1 to 64.',
    details: { signal: text },
  });
}

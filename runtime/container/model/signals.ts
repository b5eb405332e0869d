import { BerthError } from '../../errors/berth-error.ts';

/** Names of signal(7) that are the same on x86-64 and AArch64, without `SIG`. */
const numbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  IOT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  POLL: 29,
  PWR: 30,
  SYS: 31,
};

/** SIGRTMIN as glibc and musl number it for programs; the kernel's own two below it belong to the C library. */
const realtimeMinimum = 34;
const highest = 64;

/** The number of SIGKILL, which no process can ignore. */
export const SIGKILL = 9;

/** The number of SIGTERM, with which a container is stopped unless it says otherwise. */
export const SIGTERM = 15;

function realtime(name: string): number | undefined {
  const match = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (match === null) return undefined;
  const base = match[1] === 'MIN' ? realtimeMinimum : highest;
  const offset = Number(match[3] ?? 0) * (match[2] === '-' ? -1 : 1);
  const number = base + offset;
  return number >= realtimeMinimum && number <= highest ? number : undefined;
}

/**
 * Reads a signal as `docker kill --signal` takes it: a number from 1 to 64, or a name with or without `SIG`, in any
 * case, such as `TERM`, `SIGUSR1`, `RTMIN+3`.
 *
 * @throws SIGNAL_INVALID
 */
export function parseSignal(text: string): number {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const number = /^\d+$/.test(text) ? Number(text) : (numbers[name] ?? realtime(name));
  if (number !== undefined && number >= 1 && number <= highest) return number;
  throw new BerthError('SIGNAL_INVALID', {
    message: `invalid signal: ${text}`,
    remedy: 'Give a signal by name, such as "SIGTERM", or as a number from 1 to 64.',
    details: { signal: text },
  });
}

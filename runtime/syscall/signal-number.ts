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

/** The last of them. */
const highestSignal = 64;

function realtime(name: string): number | undefined {
  const match = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (match === null) return undefined;
  const base = match[1] === 'MIN' ? realtimeMinimum : highestSignal;
  const offset = Number(match[3] ?? 0) * (match[2] === '-' ? -1 : 1);
  const number = base + offset;
  return number >= realtimeMinimum && number <= highestSignal ? number : undefined;
}

/**
 * The number of a signal (signal(7)) that is written as a decimal number or as a name with or without `SIG`, in any case:
 * `TERM`, `SIGUSR1`, `RTMIN+3`. `undefined` for anything else, and for a number above the highest.
 */
export function signalNumber(text: string): number | undefined {
  const name = text.toUpperCase().replace(/^SIG/, '');
  const number = /^\d+$/.test(text) ? Number(text) : (numbers[name] ?? realtime(name));
  return number !== undefined && number <= highestSignal ? number : undefined;
}

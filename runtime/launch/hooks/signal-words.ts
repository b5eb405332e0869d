import { constants } from 'node:os';

/** What strsignal(3) says of signals that end a process, in lower case. */
const words: Readonly<Record<string, string>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGILL: 'illegal instruction',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGPIPE: 'broken pipe',
  SIGALRM: 'alarm clock',
  SIGTERM: 'terminated',
  SIGXCPU: 'cpu time limit exceeded',
  SIGXFSZ: 'file size limit exceeded',
  SIGSYS: 'bad system call',
};

/** A signal by its number, such as `signal 31 (bad system call)`. */
export function signalWords(number: number): string {
  const [name = ''] = Object.entries(constants.signals).find(([, one]) => one === number) ?? [];
  const meaning = words[name];
  return meaning === undefined ? `signal ${number}` : `signal ${number} (${meaning})`;
}

import { constants } from 'node:os';
import { sendSignal } from '../host/send-signal.ts';

/** Signals that cannot be taken, that are about this process itself, or that Node.js keeps for itself. */
const own: readonly string[] = [
  ...['SIGKILL', 'SIGSTOP', 'SIGCHLD', 'SIGPROF', 'SIGPIPE', 'SIGURG'],
  ...['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS', 'SIGABRT', 'SIGIOT'],
];

/** Where signals go. */
interface Receivers {
  /** The container's first process. */
  readonly pid: number;
  /** Who relays a terminal: it is told when the window changes. */
  readonly waiter: number | undefined;
}

/** Takes every signal that can be taken, and passes it on; what comes before there is a receiver waits for it. */
export function forwardSignals(): {
  readonly sendTo: (receivers: Receivers) => void;
  readonly stop: () => void;
} {
  const early: number[] = [];
  let receivers: Receivers | undefined;
  const forward = (signal: number): void => {
    if (receivers === undefined) early.push(signal);
    else if (signal !== constants.signals.SIGWINCH) sendSignal(receivers.pid, signal);
    else if (receivers.waiter !== undefined) sendSignal(receivers.waiter, signal);
  };
  const listeners = Object.entries(constants.signals)
    .filter(([name]) => !own.includes(name))
    .map(([name, number]) => ({
      name: name as NodeJS.Signals,
      listener: () => {
        forward(number);
      },
    }));
  for (const { name, listener } of listeners) process.on(name, listener);
  return {
    sendTo: (found) => {
      receivers = found;
      for (const signal of early.splice(0)) forward(signal);
    },
    stop: () => {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}

import { PassThrough } from 'node:stream';
import type { Console, ConsoleOutput } from '../../../runtime/host/console.ts';

/** A console whose input is written by the test, and whose output it reads. */
export interface MemoryConsole extends Console {
  readonly typed: PassThrough;
  text(): { readonly output: string; readonly errors: string };
  /** Whether somebody takes the signals. */
  listening(): boolean;
  signal(signal: NodeJS.Signals): void;
}

function memoryOutput(): { readonly output: ConsoleOutput; readonly text: () => string } {
  const chunks: Buffer[] = [];
  const output: ConsoleOutput = {
    isTerminal: false,
    write: (data) => {
      chunks.push(Buffer.from(data));
      return Promise.resolve();
    },
    size: () => undefined,
    onResize: () => () => undefined,
  };
  return { output, text: () => Buffer.concat(chunks).toString() };
}

/** Makes a console in memory; its input is a terminal when it is to be one. */
export function memoryConsole(input: 'pipe' | 'terminal' = 'pipe'): MemoryConsole {
  const typed = new PassThrough();
  const output = memoryOutput();
  const errors = memoryOutput();
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  return {
    typed,
    input: {
      isTerminal: input === 'terminal',
      stream: typed,
      enterRawMode: () => () => undefined,
      release: () => typed.pause(),
    },
    output: output.output,
    errors: errors.output,
    onSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    text: () => ({ output: output.text(), errors: errors.text() }),
    listening: () => listeners.size > 0,
    signal: (signal) => {
      for (const listener of listeners) listener(signal);
    },
  };
}

import type { BerthError } from '../errors/berth-error.ts';
import type { Clock } from '../host/clock.ts';
import { systemClock } from '../host/clock.ts';
import type { Console } from '../host/console.ts';
import { processConsole } from '../host/console.ts';

/** What a verb receives of the process it runs in. */
export interface EngineContext {
  readonly console: Console;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths of options start here. */
  readonly workingDirectory: string;
  readonly clock: Clock;
  /** How the program shows an error, in the language of whoever reads it; without it, as `renderError`. */
  readonly describe?: (error: BerthError) => Promise<string>;
}

/** The context of this process. */
export function processContext(): EngineContext {
  return {
    console: processConsole(),
    env: process.env,
    workingDirectory: process.cwd(),
    clock: systemClock,
  };
}

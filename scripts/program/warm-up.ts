import { loadEngine } from '../../runtime/daemon/load-engine.ts';
import type { EngineContext } from '../../runtime/cli/context.ts';
import { systemClock } from '../../runtime/host/clock.ts';
import type { Console, ConsoleOutput } from '../../runtime/host/console.ts';
import { runCommandLine } from '../cli/run-command-line.ts';

/** Verbs whose options are declared too: those that come first on a new host. */
const first = ['up', 'check', 'status', 'down', 'run', 'ps'];

/**
 * Loads and runs, in one process, what berth's programs need until they are ready, and changes nothing: what V8 has then
 * compiled goes into the bundle. Always the same in the same order, so that the same bundle comes of it.
 */
export async function warmUp(): Promise<number> {
  await import('../../runtime/layer/unpack-worker.ts');
  await loadEngine({ ...systemClock, sleep: () => Promise.resolve() });
  await import('../cli/fail.ts');
  for (const verb of first) await runCommandLine([verb, '--help'], silent());
  await runCommandLine(['--help'], silent());
  return 0;
}

/** A context that shows nothing. */
function silent(): EngineContext {
  const output: ConsoleOutput = {
    isTerminal: false,
    write: () => Promise.resolve(),
    size: () => undefined,
    onResize: () => () => undefined,
  };
  const console = { output, errors: output, onSignal: () => () => undefined };
  return {
    // Help reads nothing.
    console: console as unknown as Console,
    env: {},
    workingDirectory: '/',
    clock: systemClock,
  };
}

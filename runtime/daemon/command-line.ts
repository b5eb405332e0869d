import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { BerthError } from '../errors/berth-error.ts';
import { earlySockets } from '../config/early-sockets.ts';
import { systemClock } from '../host/clock.ts';
import { loadEngine } from './load-engine.ts';
import { openListeners } from './open-listeners.ts';

/** Runs berthd until a signal ends it. Gives the exit status; what berth has no code for is thrown. */
export async function runDaemon(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string', default: '/etc/berth/daemon.json' } },
  });
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop.abort(new Error(signal));
    });
  }
  const { version } = packageJson;
  try {
    // Clients are let in before the engine is loaded; what they ask for waits until it is ready.
    const listeners = await openListeners(await earlySockets(values.config), version);
    const startDaemon = await loadEngine(systemClock);
    await startDaemon({ configPath: values.config, version, stop: stop.signal, listeners });
    return 0;
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    // Not needed as long as nothing goes wrong, and some twenty files.
    const { catalogueEntry } = await import('../errors/catalogue.ts');
    console.error(`berthd: ${error.code}: ${error.message}`);
    if (error.remedy !== undefined) console.error(`  remedy: ${error.remedy}`);
    return catalogueEntry(error.code).exit;
  }
}

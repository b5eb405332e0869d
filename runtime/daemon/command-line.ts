import packageJson from '../../package.json' with { type: 'json' };
import { BerthError } from '../errors/berth-error.ts';
import { earlySockets } from '../config/early-sockets.ts';
import { parseDaemonFlags } from '../config/flags.ts';
import type { FlagValues } from '../config/daemon-config.ts';
import { systemClock } from '../host/clock.ts';
import { takePassedSockets } from '../host/passed-sockets.ts';
import { loadEngine } from './load-engine.ts';
import { openListeners } from './open-listeners.ts';
import { takeServiceWishes } from './service-wishes.ts';

/** Names that a service manager gives the API's sockets (FileDescriptorName= of systemd.socket(5)). */
const socketNames = ['api', 'berth.socket'];

/** Runs berthd until a signal ends it. Gives the exit status; what berth has no code for is thrown. */
export async function runDaemon(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop.abort(new Error(signal));
    });
  }
  const reload = new EventTarget();
  process.on('SIGHUP', () => reload.dispatchEvent(new Event('asked')));
  const { version } = packageJson;
  try {
    const { configPath, validate, values: flags } = parseDaemonFlags(args);
    if (validate) return await sayWhetherValid(configPath, flags);
    const service = takeServiceWishes(process.env);
    const passed = await takePassedSockets(process.env, socketNames);
    // Clients are let in before the engine is loaded; what they ask for waits until it is ready.
    const paths = await earlySockets(configPath, flags['hosts']);
    const listeners = await openListeners({ paths, passed, version });
    const startDaemon = await loadEngine(systemClock);
    const signals = { stop: stop.signal, reload };
    await startDaemon({ configPath, flags, version, ...signals, listeners, service });
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

/** As `dockerd --validate`: everything is read and checked that a start reads, and nothing is changed. */
async function sayWhetherValid(configPath: string, flags: FlagValues): Promise<number> {
  const { readConfigFile } = await import('../config/config-file.ts');
  const { engineSettings } = await import('./engine-settings.ts');
  const { config, judged } = await readConfigFile(configPath, flags);
  await judged(() => engineSettings(config));
  const { tls } = config;
  if (tls !== undefined) {
    const { readTlsIdentity } = await import('./tls-identity.ts');
    await judged(() => readTlsIdentity(tls));
  }
  console.log('configuration OK');
  return 0;
}

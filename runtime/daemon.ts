import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import packageJson from '../package.json' with { type: 'json' };
import { startDaemon } from './daemon/start-daemon.ts';
import { catalogueEntry } from './errors/catalogue.ts';
import { BerthError } from './errors/berth-error.ts';

/*
 * berthd: `node runtime/daemon.ts --config /etc/berth/daemon.json`. SIGTERM and SIGINT end it in order; containers run
 * on, whatever way it ends.
 */
enableCompileCache();

const { values } = parseArgs({
  options: { config: { type: 'string', default: '/etc/berth/daemon.json' } },
});
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stop.abort(new Error(signal));
  });
}

try {
  await startDaemon({ configPath: values.config, version: packageJson.version, stop: stop.signal });
  process.exitCode = 0;
} catch (error) {
  if (!(error instanceof BerthError)) throw error;
  console.error(`berthd: ${error.code}: ${error.message}`);
  if (error.remedy !== undefined) console.error(`  remedy: ${error.remedy}`);
  process.exitCode = catalogueEntry(error.code).exit;
}

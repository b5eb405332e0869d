import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/*
 * berthd: `node runtime/daemon.ts --config /etc/berth/daemon.json`. SIGTERM and SIGINT end it in order; containers run
 * on, whatever way it ends.
 *
 * The parts are imported only when the compile cache is on: stripping the types of some hundred files takes longer than
 * everything else that the daemon does before it answers.
 */
enableCompileCache(join(import.meta.dirname, '../.cache/compile'));

const { runDaemon } = await import('./daemon/command-line.ts');
process.exitCode = await runDaemon(process.argv.slice(2));

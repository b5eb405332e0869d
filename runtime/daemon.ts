import { runDaemon } from './daemon/command-line.ts';

/*
 * berthd: `node runtime/daemon.ts --config /etc/berth/daemon.json`. SIGTERM and SIGINT end it in order; containers run
 * on, whatever way it ends. With NODE_COMPILE_CACHE set it starts three times as fast: the types of some hundred files
 * are then stripped only once.
 */
process.exitCode = await runDaemon(process.argv.slice(2));

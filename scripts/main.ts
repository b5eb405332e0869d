import { runCli } from './cli/run-cli.ts';

/*
 * The `berth` command of a checkout: the only place that sets an exit code. It ends at once: a look-up that a silent name
 * server keeps waiting would keep the process for ten seconds more. What was written to standard output is out by then,
 * for Node.js writes to pipes, files and terminals of Linux synchronously.
 */
process.exit(await runCli(process.argv.slice(2)));

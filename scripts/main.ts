import { runCli } from './cli/run-cli.ts';

/*
 * The `berth` command of a checkout: the only place that sets an exit code.
 */
process.exitCode = await runCli(process.argv.slice(2));

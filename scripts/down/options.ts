import type { Command } from 'commander';

/** What `berth down` was asked for. */
export interface DownOptions {
  readonly purge?: true;
  readonly keepPackages?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** Declares the options of `berth down`. */
export function defineDownOptions(command: Command): void {
  command
    .option('--purge', 'remove containers, images and volumes too')
    .option('--keep-packages', 'leave the packages that berth installed')
    .option('-y, --yes', 'ask nothing')
    .option('--json', 'print the result as JSON, and nothing else');
}

import { downMessages as m } from '../../messages/areas/down.ts';
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
    .option('--purge', m.optionPurge())
    .option('--keep-packages', m.optionKeepPackages())
    .option('-y, --yes', m.optionYes())
    .option('--json', m.optionJson());
}

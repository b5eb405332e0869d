import { isAbsolute, normalize } from 'node:path';
import { Option, type Command } from 'commander';
import type { SkipRequest } from '../../checks/selection.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { parseSkip } from '../check/options.ts';
import { places } from '../host/places.ts';

/** What `berth up` was asked for. */
export interface UpOptions {
  readonly dataRoot?: string;
  readonly socket: string;
  readonly dockerSocket?: true;
  /** `false` after `--no-smoke-test`. */
  readonly smokeTest: boolean;
  readonly skip: readonly SkipRequest[];
  readonly dryRun?: true;
  /** File of a saved plan to apply. */
  readonly plan?: string;
  /** File to save the plan to; implies `dryRun`. */
  readonly savePlan?: string;
  readonly yes?: true;
  readonly json?: true;
}

/** Declares the options of `berth up`. */
export function defineUpOptions(command: Command): void {
  command
    .option('-y, --yes', 'ask nothing')
    .option('--dry-run', 'show what would be done, with the differences, and do nothing')
    .option('--save-plan <file>', 'as --dry-run, and save the plan for --plan')
    .option('--json', 'print the result as JSON, and nothing else')
    .option('--socket <path>', "the API's socket", absolute('--socket'), places.apiSocket)
    .option('--docker-socket', `serve ${places.dockerSocket} too, if it is free`)
    .option('--no-smoke-test', 'do not run hello-world at the end')
    .addOption(
      new Option('--data-root <path>', 'where images and containers are kept').argParser(
        absolute('--data-root'),
      ),
    )
    .addOption(
      new Option('--plan <file>', 'apply a saved plan, if the host is still as it was').conflicts([
        'dataRoot',
        'dockerSocket',
        'savePlan',
      ]),
    )
    .addOption(
      new Option('--skip <id=reason>', 'go on without a check; can be repeated')
        .argParser<readonly SkipRequest[]>((text, before) => [...before, parseSkip(text)])
        .default([], 'none'),
    );
}

/** Parses a path that has to be absolute, because the daemon starts in another folder. */
function absolute(option: string): (path: string) => string {
  return (path) => {
    if (isAbsolute(path)) return normalize(path).replace(/(?<=.)\/+$/, '');
    throw new BerthError('USAGE', {
      message: `${option} is "${path}"; wanted an absolute path`,
      remedy: `Write the whole path, beginning with a slash.`,
    });
  };
}

import { Option, type Command } from 'commander';
import { upgradeMessages as m } from '../../messages/areas/upgrade.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { describeOption } from './service-files.ts';

/** What `berth upgrade` was asked for: exactly one of `bundle`, `to` and `rollback`. */
export interface UpgradeOptions {
  readonly bundle?: string;
  readonly to?: string;
  readonly rollback?: true;
  readonly json?: true;
  /** How long the new engine may take to answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** A new engine that has not answered by then is taken for one that hangs. */
const usualSeconds = '90';

/** What is on the command line: a wish, or the question of another version. */
export type UpgradeCall =
  | { readonly kind: 'upgrade'; readonly options: UpgradeOptions }
  | { readonly kind: 'describe-service' };

/** Declares argument and options. */
export function defineUpgradeOptions(command: Command): void {
  command
    .argument('[bundle]', m.argumentBundle())
    .option('--to <version>', m.optionTo())
    .option('--rollback', m.optionRollback())
    .option('--timeout <seconds>', m.optionTimeout(), usualSeconds)
    .option('--json', m.optionJson())
    .addOption(new Option(describeOption).hideHelp());
}

/** Reads what commander has parsed. Throws USAGE when not exactly one version is named. */
export function readUpgradeCall(command: Command): UpgradeCall {
  // Commander types no options: this is the edge where they become what is declared above.
  const { describeService, timeout, ...parsed } = command.opts<ParsedOptions>();
  if (describeService) return { kind: 'describe-service' };
  const [bundle] = command.args;
  const timeoutMs = Number(timeout) * 1000;
  if (!/^\d{1,6}$/.test(timeout) || timeoutMs === 0) {
    throw new BerthError('USAGE', {
      message: m.timeoutNotNumber({ timeout }),
      remedy: m.timeoutNotNumberRemedy(),
    });
  }
  const options = { ...parsed, timeoutMs, ...(bundle === undefined ? {} : { bundle }) };
  const wishes = [bundle, options.to, options.rollback].filter((wish) => wish !== undefined);
  if (wishes.length === 1) return { kind: 'upgrade', options };
  throw new BerthError('USAGE', { message: m.oneTarget(), remedy: m.oneTargetRemedy() });
}

interface ParsedOptions extends Omit<UpgradeOptions, 'bundle' | 'timeoutMs'> {
  readonly describeService?: true;
  readonly timeout: string;
}

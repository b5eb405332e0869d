import { Argument, Option, type Command } from 'commander';
import { fleetErrorMessages as e } from '../../messages/areas/fleet-errors.ts';
import { fleetMessages as m } from '../../messages/areas/fleet.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { fleetActions, type FleetAction, type FleetOrder } from './action.ts';
import { parseSetting, upArguments } from './inventory/up-options.ts';
import type { PasswordSource } from './sudo-password.ts';

/** What `berth fleet` was asked for. */
export interface FleetOptions extends PasswordSource {
  readonly inventory?: string;
  readonly only: readonly string[];
  readonly parallel: number;
  /** Longest time for one host, in milliseconds. */
  readonly timeout: number;
  /** Longest time for a connection to come about, in milliseconds. */
  readonly connectTimeout: number;
  readonly set: readonly string[];
  readonly dryRun?: true;
  readonly acceptNewHostKeys?: true;
  readonly bundle: readonly string[];
  readonly logs?: string;
  readonly purge?: true;
  readonly keepPackages?: true;
  readonly yes?: true;
  readonly json?: true;
}

const minuteMs = 60_000;

/** Declares arguments and options of `berth fleet`. */
export function defineFleetOptions(command: Command): void {
  command
    .addArgument(new Argument('<action>', m.argAction()).choices(fleetActions))
    .argument('[hosts...]', m.argHosts())
    .option('-i, --inventory <file>', m.optInventory())
    .addOption(repeated('--only <name>', m.optOnly()))
    .option('--parallel <n>', m.optParallel(), wholeNumber('--parallel'), 5)
    .addOption(duration('--timeout <time>', m.optTimeout()).default(30 * minuteMs, '30m'))
    .addOption(
      duration('--connect-timeout <time>', m.optConnectTimeout()).default(minuteMs / 2, '30s'),
    )
    .addOption(repeated('--set <option=value>', m.optSet()))
    .option('--dry-run', m.optDryRun())
    .option('--accept-new-host-keys', m.optAcceptNew())
    .addOption(new Option('--ask-sudo-password', m.optAskSudo()).conflicts('sudoPasswordFile'))
    .option('--sudo-password-file <file>', m.optSudoFile())
    .addOption(repeated('--bundle <file>', m.optBundle()))
    .option('--logs <folder>', m.optLogs())
    .option('--purge', m.optPurge())
    .option('--keep-packages', m.optKeepPackages())
    .option('-y, --yes', m.optYes())
    .option('--json', m.optJson());
}

/** What is to be run on every host. Throws USAGE for options of another verb, and for wrong options of `up`. */
export function orderOf(action: FleetAction, options: FleetOptions): FleetOrder {
  if (action !== 'up' && options.set.length > 0) throw ofOther('--set', 'up');
  if (action !== 'up' && options.dryRun) throw ofOther('--dry-run', 'up');
  if (action !== 'down' && options.purge) throw ofOther('--purge', 'down');
  if (action !== 'down' && options.keepPackages) throw ofOther('--keep-packages', 'down');
  switch (action) {
    case 'up':
      return {
        action,
        options: options.set.flatMap((text) => upArguments(parseSetting(text))),
        plan: options.dryRun ? 'show' : 'apply',
      };
    case 'check':
      return { action };
    case 'down':
      return {
        action,
        purge: options.purge ? 'purge' : 'keep-data',
        packages: options.keepPackages ? 'keep' : 'remove',
      };
  }
}

function ofOther(option: string, action: FleetAction): BerthError {
  return new BerthError('USAGE', {
    message: e.optionOfOther({ option, action }),
    remedy: e.optionOfOtherRemedy({ option }),
  });
}

function repeated(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser<readonly string[]>((text, before) => [...before, text])
    .default([], '-');
}

function wholeNumber(option: string): (text: string) => number {
  return (text) => {
    if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
    throw new BerthError('USAGE', {
      message: e.numberInvalid({ option, text }),
      remedy: e.numberRemedy({ option }),
    });
  };
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: minuteMs, h: 60 * minuteMs };
/** A timer of Node.js holds no more. */
const longestMs = 2 ** 31 - 1;

/** An option with a time such as `90s`, `30m`, `2h`, in milliseconds. */
function duration(flags: string, description: string): Option {
  const option = flags.split(' ')[0] ?? flags;
  return new Option(flags, description).argParser((text: string) => {
    const [, digits, unit = 's'] = /^(\d{1,6})([smh])?$/.exec(text) ?? [];
    const ms = Number(digits) * (unitsMs[unit] ?? 0);
    if (ms > 0 && ms <= longestMs) return ms;
    throw new BerthError('USAGE', {
      message: e.durationInvalid({ option, text }),
      remedy: e.durationRemedy({ option }),
    });
  });
}

import { isAbsolute, normalize } from 'node:path';
import { Option, type Command } from 'commander';
import type { SkipRequest } from '../../checks/selection.ts';
import { upMessages as m } from '../../messages/areas/up.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { parseSkip } from '../check/options.ts';
import { places } from '../host/places.ts';
import type { FeatureOptions } from './features/feature.ts';
import { upFeatures } from './features/index.ts';
import { requestOfFeatures } from './features/plan-features.ts';

/** What `berth up` was asked for. */
export interface UpOptions {
  readonly dataRoot?: string;
  readonly socket: string;
  readonly dockerSocket?: true;
  /** `false` after `--no-smoke-test`. */
  readonly smokeTest: boolean;
  readonly skip: readonly SkipRequest[];
  readonly dryRun?: true;
  /** Plans as the bundle would once it is installed; implies `dryRun`. For install.sh, which installs nothing then. */
  readonly asInstalled?: true;
  /** Says its version and whether the options are right, and does nothing. For install.sh, before it installs. */
  readonly onlyOptions?: true;
  /** File of a saved plan to apply. */
  readonly plan?: string;
  /** File to save the plan to; implies `dryRun`. */
  readonly savePlan?: string;
  readonly yes?: true;
  readonly json?: true;
  /** All options as parsed, for the features: each knows its own. */
  readonly features: FeatureOptions;
}

/** Declares the options of `berth up`. */
export function defineUpOptions(command: Command): void {
  command
    .option('-y, --yes', m.optionYes())
    .option('--dry-run', m.optionDryRun())
    .addOption(new Option('--as-installed').hideHelp().implies({ dryRun: true }))
    .addOption(new Option('--only-options').hideHelp())
    .option('--save-plan <file>', m.optionSavePlan())
    .option('--json', m.optionJson())
    .option('--socket <path>', m.optionSocket(), absolute('--socket'), places.apiSocket)
    .option('--docker-socket', m.optionDockerSocket({ path: places.dockerSocket }))
    .option('--no-smoke-test', m.optionNoSmokeTest())
    .addOption(
      new Option('--data-root <path>', m.optionDataRoot()).argParser(absolute('--data-root')),
    )
    .addOption(
      new Option('--plan <file>', m.optionPlan()).conflicts([
        'dataRoot',
        'dockerSocket',
        'savePlan',
      ]),
    )
    .addOption(
      new Option('--skip <id=reason>', m.optionSkip())
        .argParser<readonly SkipRequest[]>((text, before) => [...before, parseSkip(text)])
        .default([], 'none'),
    );
  for (const feature of upFeatures) feature.define(command);
}

/**
 * Reads the options that commander has parsed. Throws USAGE when a saved plan is asked for together with wishes that would
 * need a new one.
 */
export function readUpOptions(command: Command): UpOptions {
  // Commander types no options: this is the edge where they become what `defineUpOptions` declared.
  const options = command.opts<Omit<UpOptions, 'features'>>();
  const features = command.opts<FeatureOptions>();
  // Some wishes come from no option, such as those of what is in the bundle.
  const unasked = Object.keys(requestOfFeatures({}));
  const wishes = Object.keys(requestOfFeatures(features)).filter((key) => !unasked.includes(key));
  if (options.plan !== undefined && wishes.length > 0) {
    throw new BerthError('USAGE', {
      message: m.planWithWishes({ wishes: wishes.join(', ') }),
      remedy: m.planWithWishesRemedy(),
      details: { wishes },
    });
  }
  return { ...options, features };
}

/** Parses a path that has to be absolute, because the daemon starts in another folder. */
function absolute(option: string): (path: string) => string {
  return (path) => {
    if (isAbsolute(path)) return normalize(path).replace(/(?<=.)\/+$/, '');
    throw new BerthError('USAGE', {
      message: m.notAbsolute({ option, path }),
      remedy: m.notAbsoluteRemedy(),
    });
  };
}

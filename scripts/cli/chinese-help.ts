import { Help, type Argument, type HelpConfiguration, type Option } from 'commander';
import {
  describedInChinese,
  helpInChinese,
  usageLineInChinese,
} from '../../messages/chinese/help.ts';
import { wrap } from '../check/wrap.ts';
import { textWidth } from '../ui/text-width.ts';

/** Escape sequences that colour a text (ECMA-48, SGR), which take no columns. */
const colours = /\x1b\[[\d;]*m/g;

/**
 * Commander's help in Chinese: its own words, those of the engine's verbs, which are English in the code, and lines that
 * are broken where Chinese may be. What is Chinese already stays as it is.
 */
export const chineseHelp: HelpConfiguration = {
  displayWidth: (text) => textWidth(text.replaceAll(colours, '')),
  boxWrap: (text, width) =>
    text
      .split('\n')
      .flatMap((line) => wrap(line, width))
      .join('\n'),
  styleTitle: helpInChinese,
  styleUsage: usageLineInChinese,
  styleCommandDescription: helpInChinese,
  styleSubcommandDescription: helpInChinese,
  optionDescription: (option) => described(option, showsDefault(option)),
  argumentDescription: (argument) => described(argument, argument.defaultValue !== undefined),
  // A fullwidth colon brings its own blank.
  formatHelp: (command, helper) => new Help().formatHelp(command, helper).replace(/^(.*：) /, '$1'),
};

/** Commander's rule: the default of an option that is on or off is only shown when it is one. */
function showsDefault(option: Option): boolean {
  if (option.defaultValue === undefined) return false;
  const takesValue = option.required || option.optional;
  return takesValue || (option.isBoolean() && typeof option.defaultValue === 'boolean');
}

function described(of: Option | Argument, withDefault: boolean): string {
  const shown = of.defaultValueDescription ?? JSON.stringify(of.defaultValue);
  const [preset, variable] = 'flags' in of ? [of.presetArg, of.envVar] : [];
  return describedInChinese(of.description, {
    choices: of.argChoices,
    defaultValue: withDefault ? shown : undefined,
    preset: preset === undefined ? undefined : JSON.stringify(preset),
    variable,
  });
}

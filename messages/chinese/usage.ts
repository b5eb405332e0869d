/**
 * What commander says of a command line that it does not understand, in Chinese. Its errors carry a code and an English
 * sentence, and the values only within that: they are read out of it here, by the code, and nowhere else. The English
 * itself is commander's own.
 */

/** Values of a sentence, by name. One that the sentence leaves out is `undefined`. */
type Values = Readonly<Record<string, string | undefined>>;

interface Sentence {
  readonly pattern: RegExp;
  readonly say: (values: Values) => string;
}

const near = String.raw`(?:\n\(Did you mean (?:one of )?(?<near>.*)\?\))?`;
const choices = String.raw`(?: Allowed choices are (?<choices>.*)\.)?`;

/** commander 14, lib/command.js: each sentence that belongs to a code. */
const sentences: Readonly<Record<string, readonly Sentence[]>> = {
  'commander.unknownOption': [
    {
      pattern: new RegExp(`^error: unknown option '(?<option>.*)'${near}$`, 's'),
      say: (p) => `未知选项"${p['option']}"${suggestion(p)}`,
    },
  ],
  'commander.unknownCommand': [
    {
      pattern: new RegExp(`^error: unknown command '(?<command>.*)'${near}$`, 's'),
      say: (p) => `未知命令"${p['command']}"${suggestion(p)}`,
    },
  ],
  'commander.missingArgument': [
    {
      pattern: /^error: missing required argument '(?<name>.*)'$/s,
      say: (p) => `缺少必需的参数"${p['name']}"`,
    },
  ],
  'commander.optionMissingArgument': [
    {
      pattern: /^error: option '(?<option>.*)' argument missing$/s,
      say: (p) => `选项"${p['option']}"缺少取值`,
    },
  ],
  'commander.missingMandatoryOptionValue': [
    {
      pattern: /^error: required option '(?<option>.*)' not specified$/s,
      say: (p) => `缺少必需的选项"${p['option']}"`,
    },
  ],
  'commander.excessArguments': [
    {
      pattern:
        /^error: too many arguments(?: for '(?<command>.*)')?\. Expected (?<wanted>\d+) arguments? but got (?<given>\d+)\.$/s,
      say: (p) =>
        `${p['command'] === undefined ? '' : `"${p['command']}"的`}参数过多：应为 ${p['wanted']} 个，实际为 ${p['given']} 个`,
    },
  ],
  'commander.invalidArgument': [
    {
      pattern: new RegExp(
        `^error: option '(?<option>.*)' argument '(?<value>.*)' is invalid\\.${choices}$`,
        's',
      ),
      say: (p) => `选项"${p['option']}"的值"${p['value']}"无效${wanted(p)}`,
    },
    {
      pattern: new RegExp(
        `^error: command-argument value '(?<value>.*)' is invalid for argument '(?<name>.*)'\\.${choices}$`,
        's',
      ),
      say: (p) => `参数"${p['name']}"的值"${p['value']}"无效${wanted(p)}`,
    },
  ],
  'commander.conflictingOption': [
    {
      pattern: /^error: option '(?<one>.*)' cannot be used with option '(?<other>.*)'$/s,
      say: (p) => `选项"${p['one']}"不能与选项"${p['other']}"同时使用`,
    },
  ],
};

/** Codes of commander's errors that are known here. */
export const usageCodes: readonly string[] = Object.keys(sentences);

/**
 * The Chinese of an error of commander's, by its `code` and the `sentence` that is its message; `undefined` for one that
 * is not known.
 */
export function usageInChinese(code: string, sentence: string): string | undefined {
  for (const { pattern, say } of sentences[code] ?? []) {
    const values = pattern.exec(sentence)?.groups;
    if (values !== undefined) return say(values);
  }
  return undefined;
}

function suggestion({ near: names }: Values): string {
  return names === undefined ? '' : `；您是否想用 ${names.replaceAll(', ', ' 或 ')}？`;
}

function wanted({ choices: names }: Values): string {
  return names === undefined ? '' : `；应为 ${names.replaceAll(', ', '、')} 之一`;
}

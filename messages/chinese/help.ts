import { engineHelp } from './engine-help.ts';

/** What commander itself writes into a help. */
const commanderHelp: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
  'Verbs:': '命令：',
  'display help for command': '显示帮助',
};

/**
 * A text of a help in Chinese, found by its English. A text that is not known stays as it is: it is Chinese already, or
 * names something.
 */
export function helpInChinese(english: string): string {
  return commanderHelp[english] ?? engineHelp[english] ?? english;
}

/** The words of a usage line that commander puts there; all others are names. */
const usageWords: Readonly<Record<string, string>> = {
  '[options]': '[选项]',
  '[command]': '[命令]',
};

/** A usage line in Chinese. */
export function usageLineInChinese(usage: string): string {
  return usage
    .split(' ')
    .map((word) => usageWords[word] ?? word)
    .join(' ');
}

/** What is known beside the description of an option or argument. */
export interface HelpFacts {
  readonly choices: readonly string[] | undefined;
  /** As commander shows them. */
  readonly defaultValue: string | undefined;
  readonly preset: string | undefined;
  readonly variable: string | undefined;
}

/** A description with what else is known, in Chinese. */
export function describedInChinese(description: string, facts: HelpFacts): string {
  const known = [
    facts.choices === undefined ? undefined : `可选值：${facts.choices.join('、')}`,
    facts.defaultValue === undefined ? undefined : `默认值：${facts.defaultValue}`,
    facts.preset === undefined ? undefined : `省略取值时：${facts.preset}`,
    facts.variable === undefined ? undefined : `环境变量：${facts.variable}`,
  ].filter((each) => each !== undefined);
  const text = helpInChinese(description);
  return known.length === 0 ? text : `${text}（${known.join('；')}）`;
}

import { phrase, text } from '../message.ts';

/** The command line as a whole: its help, and words it does not understand. */
export const commandLineMessages = {
  description: text(
    'From a bare Linux host to running containers with one command.',
    '从一台全新的 Linux 主机到运行容器，只需一条命令。',
  ),
  versionOption: text('print the version', '显示版本'),
  languageOption: text('language of messages: en or zh', '消息的语言：en 或 zh'),
  unknownVerb: phrase(
    (p: { name: string }) => `"${p.name}" is not a verb of berth`,
    (p) => `berth 没有"${p.name}"这个命令`,
  ),
  unknownVerbNear: phrase(
    (p: { name: string; near: string }) =>
      `"${p.name}" is not a verb of berth; did you mean "${p.near}"?`,
    (p) => `berth 没有"${p.name}"这个命令；您是否想用"${p.near}"？`,
  ),
  unknownVerbRemedy: text('See "berth --help" for all verbs.', '用 "berth --help" 查看所有命令。'),
};

import { phrase, text } from '../message.ts';

/** Words that every verb has use for. */
export const commonMessages = {
  unknownLanguage: phrase(
    (p: { name: string; known: string }) => `--lang is "${p.name}"; wanted one of ${p.known}`,
    (p) => `--lang 的值是"${p.name}"；应为 ${p.known} 之一`,
  ),
  unknownLanguageRemedy: text('For example: berth up --lang zh', '例如：berth up --lang zh'),

  // Of files in YAML.
  yamlNoAnchor: phrase(
    (p: { name: string }) =>
      `the alias "*${p.name}" stands for nothing; wanted "&${p.name}" at a value before it`,
    (p) => `别名"*${p.name}"没有对应的值；应先在某个值处写"&${p.name}"`,
  ),
  yamlCircle: phrase(
    (p: { name: string }) => `the alias "*${p.name}" stands for what it is itself a part of`,
    (p) => `别名"*${p.name}"指向包含它自身的值`,
  ),
  yamlTooManyAliases: text(
    'its aliases stand for far more than the file holds; wanted the values themselves',
    '其中的别名展开后远大于文件本身；应直接写出各个值',
  ),
  yamlTooDeep: text(
    'it cannot be read: its values lie too deep in one another',
    '无法读取：其中的值嵌套过深',
  ),
};

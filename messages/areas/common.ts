import { phrase, text } from '../message.ts';

/** Words that every verb has use for. */
export const commonMessages = {
  unknownLanguage: phrase(
    (p: { name: string; known: string }) => `--lang is "${p.name}"; wanted one of ${p.known}`,
    (p) => `--lang 的值是"${p.name}"；应为 ${p.known} 之一`,
  ),
  unknownLanguageRemedy: text('For example: berth up --lang zh', '例如：berth up --lang zh'),
};

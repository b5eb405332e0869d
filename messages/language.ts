/** Languages that berth speaks to people, by their ISO 639-1 codes. */
export const languages = ['en', 'zh'] as const;

/** A language that berth speaks to people. */
export type Language = (typeof languages)[number];

/*
 * One process speaks one language: the command line's main chooses it before anything is said. So this is the process's
 * own state, like its locale (setlocale(3)), and not a parameter of every function that has something to say.
 */
let current: Language = 'en';

/** The language that messages are in now. */
export function language(): Language {
  return current;
}

/** Chooses the language of all messages from here on. */
export function useLanguage(chosen: Language): void {
  current = chosen;
}

/** Variables that name the language of messages, the strongest first (setlocale(3), locale(7)). */
const variables = ['LC_ALL', 'LC_MESSAGES', 'LANG'] as const;

/** The language that an environment asks for, as with setlocale(3): the first variable that is set decides. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = variables
    .map((name) => env[name])
    .find((value) => value !== undefined && value !== '');
  return languageNamed(locale ?? '') ?? 'en';
}

/** The language of a locale name such as `zh_CN.UTF-8`, `zh-Hans` or `en`; `undefined` when berth does not speak it. */
export function languageNamed(locale: string): Language | undefined {
  const [code = ''] = locale.toLowerCase().split(/[_.@-]/);
  return languages.find((known) => known === code);
}

/** What an error says: what happened, and what to do. */
export interface ErrorWords {
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** What an error carries: its English words, and values for programs. */
export interface ErrorFacts extends ErrorWords {
  readonly details: Readonly<Record<string, unknown>>;
}

/** Makes the Chinese of an error; `undefined` when the error does not carry what that needs. */
export type ErrorTranslation = (error: ErrorFacts) => ErrorWords | undefined;

/** Values that a translation needs of `details`, as text. */
type Values<Name extends string> = Readonly<Record<Name, string>>;

/** A translation that needs values of `details`, by their names. */
export function from<const Name extends string>(
  names: readonly Name[],
  say: (values: Values<Name>, english: ErrorWords) => ErrorWords,
): ErrorTranslation {
  return ({ details, message, remedy }) => {
    const found = names.flatMap((name): [Name, string][] => {
      const value = details[name];
      if (typeof value !== 'string' && typeof value !== 'number') return [];
      return [[name, String(value)]];
    });
    if (found.length < names.length) return undefined;
    // Each name has its value now, which the type of `fromEntries` cannot tell.
    return say(Object.fromEntries(found) as Values<Name>, { message, remedy });
  };
}

/** Translations of one code's errors, told apart by `details.problem`. */
export function byProblem(
  translations: Readonly<Record<string, ErrorTranslation>>,
): ErrorTranslation {
  return (error) => {
    const { problem } = error.details;
    if (typeof problem !== 'string' || !Object.hasOwn(translations, problem)) return undefined;
    return translations[problem]?.(error);
  };
}

/**
 * The error's own sentence behind a Chinese beginning: for what Docker, a registry or the kernel has said, whose words are
 * what one looks for.
 */
export function quoted(beginning: string, remedy?: string): ErrorTranslation {
  return ({ message }) => ({ message: `${beginning}：${message}`, remedy });
}

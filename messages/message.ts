import { language, type Language } from './language.ts';

/** The texts of a message, by language. A text is either fixed or made from `P`. */
type Texts<P> = Readonly<Record<Language, (values: P) => string>>;

/** A message without values: called, it is the text in the process's language. */
export interface Text {
  (): string;
  readonly texts: Texts<void>;
}

/** A message with values: called with them, it is the text in the process's language. */
export interface Phrase<P> {
  (values: P): string;
  readonly texts: Texts<P>;
}

/** A message without values. Both languages have to be there: that is what makes a missing one an error of the compiler. */
export function text(en: string, zh: string): Text {
  const texts = { en: () => en, zh: () => zh };
  return Object.assign(() => texts[language()](), { texts });
}

/**
 * A message with values, for example `phrase((p: { path: string }) => `no "${p.path}"`, (p) => `没有"${p.path}"`)`. The
 * values are named, because languages order them differently.
 */
export function phrase<P extends Readonly<Record<string, unknown>>>(
  en: (values: P) => string,
  zh: (values: P) => string,
): Phrase<P> {
  const texts = { en, zh };
  return Object.assign((values: P) => texts[language()](values), { texts });
}

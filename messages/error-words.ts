import { BerthError, isBerthError } from '../runtime/errors/berth-error.ts';
import { errorsInChinese } from './chinese/errors.ts';
import type { ErrorWords } from './chinese/error-translation.ts';
import { usageInChinese } from './chinese/usage.ts';
import { language } from './language.ts';

/**
 * What an error says, in the language of the process. What berth says itself is in it already; errors from runtime/ and
 * templates/ are English, and translated here by their codes. One that has no translation stays as it is.
 */
function wordsOf(error: BerthError): ErrorWords {
  const { code, message, remedy, details } = error;
  const english = { message, remedy };
  if (language() === 'en' || isSaidAnew(error)) return english;
  return usageWordsOf(error) ?? errorsInChinese[code]?.({ ...english, details }) ?? english;
}

/** Whether somebody above has said an error in other words, with the same code: in those of the process's language. */
function isSaidAnew({ code, cause }: BerthError): boolean {
  return isBerthError(cause, code);
}

/** The words of an error that commander has caused. Its remedy is Chinese already, unless runtime/cli has made it. */
function usageWordsOf({ cause, details, remedy }: BerthError): ErrorWords | undefined {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') {
    return undefined;
  }
  const message = usageInChinese(cause.code, cause.message);
  if (message === undefined) return undefined;
  const { help } = details;
  return { message, remedy: typeof help === 'string' ? `请参阅"${help}"。` : remedy };
}

/** The message of anything that was thrown, in the language of the process. */
export function messageOf(thrown: unknown): string {
  if (isBerthError(thrown)) return wordsOf(thrown).message;
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The remedy of an error, in the language of the process. */
export function remedyOf(error: BerthError): string | undefined {
  return wordsOf(error).remedy;
}

/** The error with its words in the language of the process; the same one when they are. */
export function inLanguage(error: BerthError): BerthError {
  const { message, remedy } = wordsOf(error);
  if (message === error.message && remedy === error.remedy) return error;
  const { code, details } = error;
  const words = { message, ...(remedy === undefined ? {} : { remedy }) };
  return new BerthError(code, { ...words, details, cause: error });
}

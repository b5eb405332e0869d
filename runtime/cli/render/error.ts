import { isBerthError, messageOf } from '../../errors/berth-error.ts';

/**
 * An error as lines for a person, in the form that all of berth uses.
 *
 * @param label what stands before the remedy, for a caller that speaks another language.
 */
export function renderError(error: unknown, label = 'remedy: '): string {
  if (!isBerthError(error)) return `berth: ${messageOf(error)}\n`;
  const remedy = error.remedy === undefined ? '' : `  ${label}${error.remedy}\n`;
  return `berth: ${error.code}: ${error.message}\n${remedy}`;
}

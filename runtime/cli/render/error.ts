import { isBerthError, messageOf } from '../../errors/berth-error.ts';

/** An error as lines for a person, in the form that all of berth uses. */
export function renderError(error: unknown): string {
  if (!isBerthError(error)) return `berth: ${messageOf(error)}\n`;
  const remedy = error.remedy === undefined ? '' : `  remedy: ${error.remedy}\n`;
  return `berth: ${error.code}: ${error.message}\n${remedy}`;
}

import type { BerthError } from '../../errors/berth-error.ts';
import type { EngineContext } from '../context.ts';
import { renderError } from './error.ts';

/** Shows an error on standard error where a verb goes on after it: in the program's own way, when it has one. */
export async function showError(
  { console, describe }: Pick<EngineContext, 'console' | 'describe'>,
  error: BerthError,
): Promise<void> {
  await console.errors.write((await describe?.(error)) ?? renderError(error));
}

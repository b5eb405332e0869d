import { endingMessages as m } from '../../messages/areas/ending.ts';
import { BerthError, isBerthError, messageOf } from '../../runtime/errors/berth-error.ts';
import { catalogueEntry } from '../../runtime/errors/catalogue.ts';
import { renderError } from '../../runtime/cli/render/error.ts';
import type { Console } from '../../runtime/host/console.ts';

/**
 * Shows an error on standard error, in the one form that all of berth uses, and as JSON on standard output where the
 * command was asked for JSON. Returns the exit code of the error catalogue.
 */
export async function fail(
  thrown: unknown,
  options: { readonly console: Console; readonly argv: readonly string[] },
): Promise<number> {
  const error = isBerthError(thrown) ? thrown : unforeseen(thrown);
  if (options.argv.includes('--json')) {
    const { code, message, remedy, details } = error;
    const text = JSON.stringify({ error: { code, message, remedy, details } }, undefined, 2);
    await options.console.output.write(`${text}\n`).catch(() => undefined);
  }
  await options.console.errors.write(renderError(error)).catch(() => undefined);
  return catalogueEntry(error.code).exit;
}

/** Anything that is not a BerthError is a bug of berth: the stack is what its report needs. */
function unforeseen(thrown: unknown): BerthError {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);
  return new BerthError('INTERNAL', {
    message: stack,
    remedy: m.bug(),
    cause: thrown,
  });
}

import { endingMessages as m } from '../../messages/areas/ending.ts';
import { language } from '../../messages/language.ts';
import { BerthError, isBerthError } from '../../runtime/errors/berth-error.ts';
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
  const error = isBerthError(thrown) ? await translated(thrown) : unforeseen(thrown);
  if (asksForJson(options.argv)) {
    const { code, message, remedy, details } = error;
    const text = JSON.stringify({ error: { code, message, remedy, details } }, undefined, 2);
    await options.console.output.write(`${text}\n`).catch(() => undefined);
  }
  await options.console.errors.write(renderError(error, m.remedyLabel())).catch(() => undefined);
  return catalogueEntry(error.code).exit;
}

/** An error in the form that all of berth uses, in the language of the process. */
export async function describeError(error: BerthError): Promise<string> {
  return renderError(await translated(error), m.remedyLabel());
}

/** English is what errors are made in: only another language needs its tables. */
async function translated(error: BerthError): Promise<BerthError> {
  if (language() === 'en') return error;
  return (await import('../../messages/error-words.ts')).inLanguage(error);
}

/** Anything that is not a BerthError is a bug of berth: the stack is what its report needs. */
function unforeseen(thrown: unknown): BerthError {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new BerthError('INTERNAL', {
    message: stack,
    remedy: m.bug(),
    cause: thrown,
  });
}

/** Verbs of the engine, alone or behind `container`, whose later words are a command of the container's own. */
const commandVerbs = ['run', 'create', 'exec', 'top'];

/**
 * Whether `--json` is said to berth. Behind `--`, and from the first argument of such a verb on, it is said to the
 * container's command. An option's value counts as an argument too: then the error is only told on standard error.
 */
function asksForJson(argv: readonly string[]): boolean {
  const words: string[] = [];
  let ours = true;
  for (const [index, word] of argv.entries()) {
    if (word === '--json') return true;
    if (word === '--') return false;
    if (word.startsWith('-') || argv[index - 1] === '--lang') continue;
    if (!ours) return false;
    words.push(word);
    const verb = words[0] === 'container' ? words[1] : words[0];
    ours = !commandVerbs.includes(verb ?? '');
  }
  return false;
}

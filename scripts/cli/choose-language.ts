import { commonMessages as m } from '../../messages/areas/common.ts';
import {
  languageNamed,
  languageOf,
  languages,
  useLanguage,
  type Language,
} from '../../messages/language.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { hostVerbs } from './verbs.ts';

const option = '--lang';

/**
 * Chooses the language of this process by `--lang`, else by the environment, before anything is said. Returns the
 * command line without that option. It may stand before any verb, and anywhere behind a verb of the host; behind a verb of
 * the engine it may belong to the container's own command.
 *
 * @throws BerthError USAGE for a language that berth does not speak.
 */
export function chooseLanguage(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  useLanguage(languageOf(env));
  const { rest, named } = takeOption(argv);
  if (named !== undefined) useLanguage(parseLanguage(named));
  return rest;
}

interface Taken {
  readonly rest: readonly string[];
  readonly named: string | undefined;
}

function takeOption(argv: readonly string[]): Taken {
  const rest: string[] = [];
  let named: string | undefined;
  let verb: string | undefined;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const ours = verb === undefined || hostVerbs.some(({ name }) => name === verb);
    if (word === '--' || !ours) return { rest: [...rest, ...argv.slice(index)], named };
    if (word === option) {
      named = argv[index + 1] ?? '';
      index += 1;
    } else if (word.startsWith(`${option}=`)) {
      named = word.slice(option.length + 1);
    } else {
      if (!word.startsWith('-')) verb ??= word;
      rest.push(word);
    }
  }
  return { rest, named };
}

function parseLanguage(name: string): Language {
  const known = languageNamed(name);
  if (known !== undefined) return known;
  throw new BerthError('USAGE', {
    message: m.unknownLanguage({ name, known: languages.join(', ') }),
    remedy: m.unknownLanguageRemedy(),
    details: { language: name },
  });
}

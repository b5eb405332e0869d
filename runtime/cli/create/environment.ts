import { messageOf } from '../../errors/berth-error.ts';
import { readFile } from '../../host/files.ts';
import { optionError } from './option-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `NAME=value` as it is; `NAME` alone takes the value of the client's environment, and nothing when it has none. */
function resolveVariable(variable: string, environment: Environment): readonly string[] {
  if (variable.includes('=')) return [variable];
  const value = environment[variable];
  return value === undefined ? [] : [`${variable}=${value}`];
}

/**
 * Variables in the text of a file for `--env-file`: one a line, `#` begins a comment line. Quotes are taken as they
 * are, as Docker does.
 *
 * @throws OPTION_INVALID when a name is empty or has a space in it
 */
export function parseEnvFile(text: string, environment: Environment): readonly string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  return lines.flatMap((line) => {
    const variable = line.trimStart();
    if (variable === '' || variable.startsWith('#')) return [];
    const name = variable.split('=', 1)[0] ?? '';
    if (name === '' || /\s/.test(name)) {
      throw optionError('--env-file', variable, {
        wanted: 'NAME=value or NAME on each line',
        example: './env',
      });
    }
    return resolveVariable(variable, environment);
  });
}

/**
 * The variables of `--env-file` and `--env`, the latter last, so that they win.
 *
 * @throws OPTION_INVALID
 */
export async function collectEnvironment(
  options: { readonly env?: readonly string[]; readonly envFile?: readonly string[] },
  environment: Environment,
): Promise<readonly string[]> {
  const variables: string[] = [];
  for (const path of options.envFile ?? []) {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw optionError('--env-file', path, {
        wanted: `a file that can be read (${messageOf(error)})`,
        example: './env',
      });
    });
    variables.push(...parseEnvFile(text, environment));
  }
  for (const variable of options.env ?? []) {
    if (variable === '' || variable.startsWith('=')) {
      throw optionError('--env', variable, {
        wanted: 'NAME=value or NAME',
        example: 'LANG=C.UTF-8',
      });
    }
    variables.push(...resolveVariable(variable, environment));
  }
  return variables;
}

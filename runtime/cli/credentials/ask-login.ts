import { BerthError } from '../../errors/berth-error.ts';
import type { Console } from '../../host/console.ts';
import type { Login } from './login.ts';
import { askLine, askSecret } from '../console/prompt.ts';

/** The options of `berth login`. */
export interface LoginOptions {
  readonly username?: string;
  readonly password?: string;
  readonly passwordStdin?: true;
}

function unusable(message: string, remedy: string): BerthError {
  return new BerthError('OPTION_INVALID', { message, remedy });
}

/** Refuses options that contradict each other. @throws OPTION_INVALID */
export function checkLoginOptions({ username, password, passwordStdin }: LoginOptions): void {
  if (passwordStdin && password !== undefined) {
    throw unusable('--password and --password-stdin are both given, wanted one', 'Leave one out.');
  }
  if (passwordStdin && username === undefined) {
    throw unusable(
      '--password-stdin is given without --username, wanted both',
      'For example: berth login --username NAME --password-stdin < FILE',
    );
  }
  if (username?.trim() === '') throw unusable("--username is '', wanted a name", 'Name it.');
  if (password === '') {
    throw unusable(
      "--password is '', wanted one",
      'Use --password-stdin with the file that has it.',
    );
  }
}

async function readSecret({ input }: Console): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input.stream as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const secret = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (secret.trim() !== '') return secret;
  throw unusable(
    'standard input has no password, wanted one',
    'Pipe it in, or give a file with <.',
  );
}

/**
 * Name and password: from the options, from standard input, or from whoever sits at the terminal. `usualName` is what
 * Enter means.
 *
 * @throws OPTION_INVALID, LOGIN_NEEDS_TERMINAL, INTERRUPTED
 */
export async function askLogin(
  console: Console,
  options: LoginOptions,
  usualName: string,
): Promise<Login> {
  const rest = { identityToken: '', registryToken: '' };
  let { username, password } = options;
  if (options.passwordStdin) password = await readSecret(console);
  if ((username === undefined || password === undefined) && !console.input.isTerminal) {
    throw new BerthError('LOGIN_NEEDS_TERMINAL', {
      message: 'standard input is no terminal, wanted one to ask for name and password on',
      remedy: 'Give them: berth login --username NAME --password-stdin SERVER < FILE',
    });
  }
  try {
    const hint = usualName === '' ? '' : ` (${usualName})`;
    username ??= ((await askLine(console, `Username${hint}: `)) ?? '').trim() || usualName;
    if (username === '') throw unusable("the name is '', wanted one", 'Run the command again.');
    password ??= await askSecret(console, 'Password: ');
    if (password === '') throw unusable("the password is '', wanted one", 'Run the command again.');
  } finally {
    console.input.release();
  }
  return { ...rest, username: username.trim(), password };
}

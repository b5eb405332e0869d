import { fleetErrorMessages as e } from '../../messages/areas/fleet-errors.ts';
import { fleetMessages as m } from '../../messages/areas/fleet.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { open } from '../../runtime/host/files.ts';
import type { VerbContext } from '../cli/verb.ts';
import { Secret } from './secret.ts';

/** Variable that may hold the password for sudo. */
export const passwordVariable = 'BERTH_SUDO_PASSWORD';

/** Where the password for sudo is to come from; none when neither is set and the variable is not. */
export interface PasswordSource {
  readonly askSudoPassword?: true;
  readonly sudoPasswordFile?: string;
}

/** Mode bits that let others read a file. */
const othersBits = 0o077;

/**
 * Gets the password for sudo: asked for, from a file, or from the environment, in this order. `undefined` when none
 * was named. Throws SUDO_PASSWORD_FILE_INVALID, USAGE without a terminal to ask on, INTERRUPTED.
 */
export async function sudoPassword(
  source: PasswordSource,
  context: VerbContext,
): Promise<Secret | undefined> {
  if (source.askSudoPassword) return ask(context);
  if (source.sudoPasswordFile !== undefined) return fromFile(source.sudoPasswordFile);
  const text = context.env[passwordVariable] ?? '';
  return text === '' ? undefined : new Secret(text);
}

/** The environment for other programs: without the password, which any process of this user could read there. */
export function withoutPassword(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  return { ...env, [passwordVariable]: undefined };
}

async function ask({ console, signal }: VerbContext): Promise<Secret> {
  if (!console.input.isTerminal || !console.output.isTerminal) {
    throw new BerthError('USAGE', { message: e.noTerminalToAsk(), remedy: e.noTerminalRemedy() });
  }
  const { default: inquirer } = await import('inquirer');
  try {
    const answer = await inquirer.prompt<{ password: string }>([
      { type: 'password', name: 'password', message: m.askPassword(), mask: '*' },
    ]);
    return new Secret(answer.password);
  } catch (error) {
    // inquirer takes Ctrl-C itself while it asks, and knows no other way out.
    if (signal.aborted) throw signal.reason;
    throw new BerthError('INTERRUPTED', {
      message: e.interrupted(),
      remedy: e.interruptedRemedy(),
      cause: error,
    });
  }
}

async function fromFile(path: string): Promise<Secret> {
  const text = await readPrivate(path).catch((error: unknown) => {
    throw invalid(path, messageOf(error), error);
  });
  const [line = ''] = text.split(/\r?\n/);
  if (line === '') throw invalid(path, e.passwordEmpty());
  return new Secret(line);
}

async function readPrivate(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const info = await file.stat();
    const mode = info.mode & 0o777;
    // A pipe, as of `<(pass show hosts)`, has no readers but this one.
    if (info.isFile() && (mode & othersBits) !== 0) {
      throw new Error(e.passwordFileOpen({ mode: mode.toString(8).padStart(4, '0') }));
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function invalid(path: string, why: string, cause?: unknown): BerthError {
  return new BerthError('SUDO_PASSWORD_FILE_INVALID', {
    message: e.passwordFile({ path, why }),
    remedy: e.passwordFileRemedy({ path }),
    cause,
  });
}

import type { Secret } from '../secret.ts';
import { quote } from '../ssh/quote.ts';

/** How commands on a host become root. */
export type Elevation =
  | { readonly kind: 'root' }
  | { readonly kind: 'sudo' }
  | { readonly kind: 'sudo-with-password'; readonly password: Secret };

/** A command line for the login's shell, and what its standard input has to begin with. */
export interface RootCommand {
  readonly command: string;
  readonly preamble: string;
}

/** Told apart from all that a password can be: it would have to be this very line. */
const begin = 'berth-fleet-begin';

/**
 * A script to be run by root's sh on a host, with its arguments. All that follows the preamble on standard input is
 * the script's.
 *
 * The password goes over standard input, so it is in no argument, no environment and no file. sudo reads it a byte at
 * a time and leaves the rest alone. Should it not ask after all (a rule that exempts the user), the password would be
 * the script's first line: so the script drops everything up to a line that marks the beginning. `-k` makes sudo ask
 * each time rather than when its memory of the last time has run out.
 */
export function rootCommand(
  elevation: Elevation,
  script: string,
  args: readonly string[],
): RootCommand {
  const skip = `while IFS= read -r line && [ "$line" != ${begin} ]; do :; done; unset line`;
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH';
  const words = ['sh', '-c', `${skip}\n${path}\n${script}`, 'berth-fleet', ...args];
  const command = [...prefix(elevation), ...words].map(quote).join(' ');
  const password =
    elevation.kind === 'sudo-with-password' ? `${elevation.password.reveal()}\n` : '';
  return { command, preamble: `${password}${begin}\n` };
}

function prefix(elevation: Elevation): readonly string[] {
  switch (elevation.kind) {
    case 'root':
      return [];
    case 'sudo':
      return ['sudo', '-n', '--'];
    case 'sudo-with-password':
      return ['sudo', '-k', '-S', '-p', '', '--'];
  }
}

import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { ClientTarget } from './client-config.ts';
import { quote } from './quote.ts';

/*
 * The one place that reads the words of OpenSSH's client. It ends with 255 whatever went wrong, so its words are all
 * there is; they are not translated, and have been these since OpenSSH 5. What is not recognised is shown as it is.
 */

/** Makes an error of what the client wrote before it gave up a connection. */
export function explainFailure(target: ClientTarget, written: string): BerthError {
  const lines = written.split('\n').map((line) => line.trim());
  const said = spoken(lines);
  const keyProblem = explainKey(lines, target);
  if (keyProblem !== undefined) return keyProblem;
  const name = commandTarget(target);
  const last = said.at(-1) ?? m.sshSilent();
  if (said.some((line) => /Permission denied|Too many authentication failures/.test(line))) {
    return new BerthError('SSH_LOGIN_REFUSED', {
      message: m.loginRefused({ said: last }),
      remedy: m.loginRefusedRemedy({ target: name }),
    });
  }
  return new BerthError('SSH_UNREACHABLE', {
    message: m.unreachable({ said: said.slice(-2).join('; ') || last }),
    remedy: m.unreachableRemedy({ target: name }),
  });
}

/** Lines that are meant for people. */
export function spoken(lines: readonly string[]): readonly string[] {
  return lines.filter(
    (line) => line !== '' && !/^debug\d: |^OpenSSH_|^Pseudo-terminal |^Warning: Perm/.test(line),
  );
}

function explainKey(lines: readonly string[], target: ClientTarget): BerthError | undefined {
  if (!lines.some((line) => line === 'Host key verification failed.')) return undefined;
  // A jump host's comes first: the key that was refused is the last one shown.
  const key = lastMatch(lines, /Server host key: (\S+ SHA256:\S+)/) ?? '?';
  const unknown = lastMatch(lines, /^No \S+ host key is known for (.+?) and you have requested/);
  const name = unknown ?? lastMatch(lines, /^Host key for (.+?) has changed/) ?? target.address;
  const stored = lastMatch(lines, /^Offending \S+ key in (.+)$/) ?? '';
  if (unknown !== undefined || stored === '') {
    return new BerthError('SSH_HOST_KEY_UNKNOWN', {
      message: m.keyUnknown({ name, key }),
      remedy: m.keyUnknownRemedy({ name }),
      details: { host: name, key },
    });
  }
  const file = stored.replace(/:\d+$/, '');
  const command = `ssh-keygen -f ${quote(file)} -R ${quote(name)}`;
  return new BerthError('SSH_HOST_KEY_CHANGED', {
    message: m.keyChanged({ name, key, stored }),
    remedy: m.keyChangedRemedy({ command }),
    details: { host: name, key, stored },
  });
}

function lastMatch(lines: readonly string[], pattern: RegExp): string | undefined {
  return lines.findLast((line) => pattern.test(line))?.match(pattern)?.[1];
}

/** The host as a person types it for ssh. */
export function commandTarget({ address, user, port }: ClientTarget): string {
  const to = user === undefined ? address : `${user}@${address}`;
  return port === undefined ? to : `-p ${port} ${to}`;
}

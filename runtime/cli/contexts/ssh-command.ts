import { BerthError } from '../../errors/berth-error.ts';

/**
 * The command that connects to the engine of another host: OpenSSH's client, which has its own configuration and asks its
 * own questions, and at the other end `berth system dial-stdio`.
 *
 * @param address such as `ssh://root@host:22`, with the path of a socket behind it where that is not the usual one
 * @throws ENDPOINT_INVALID
 */
export function sshCommand(address: string): readonly [string, ...string[]] {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isWhole = url !== undefined && url.hostname !== '' && url.password === '';
  if (!isWhole || url.search !== '' || url.hash !== '') {
    throw new BerthError('ENDPOINT_INVALID', {
      message: `the daemon's address is '${address}', wanted 'ssh://', a host, and perhaps a user, a port and a path`,
      remedy: 'A password does not belong there: ssh asks for it, or has a key.',
      details: { address },
    });
  }
  const { username, port, hostname } = url;
  const path = decodeURIComponent(url.pathname);
  const isElsewhere = path !== '' && path !== '/';
  return [
    ...(['ssh', '-o', 'ConnectTimeout=30', '-T'] as const),
    ...(username === '' ? [] : ['-l', decodeURIComponent(username)]),
    ...(port === '' ? [] : ['-p', port]),
    ...['--', hostname.replace(/^\[(.*)\]$/, '$1'), 'berth', 'system', 'dial-stdio'],
    ...(isElsewhere ? ['--host', shellWord(`unix://${path}`)] : []),
  ];
}

/** What ssh runs there goes through the shell of the user. */
function shellWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
